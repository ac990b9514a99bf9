#include "proxy/broker_service.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "backend/identity/model_list.h"
#include "base/limits.h"
#include "http/wire/via_mark.h"
#include "messages/events/message_stream.h"
#include "messages/json/json_document.h"
#include "messages/request/request_bounds.h"
#include "proxy/own_thinking.h"
#include "proxy/reply_sender.h"
#include "proxy/request_path.h"
#include "proxy/token_count.h"

namespace anyclaude {
namespace {

using nlohmann::json;

enum class PathMatch { exact, below };

constexpr std::string_view kOddPath =
    "the path of this request is spelled in a way that servers read differently ('.' or '..', ';', '\\', "
    "needless "
    "escapes, another spelling of /admin); spell it plainly";
constexpr std::string_view kAddressSettings = "\"baseUrl\" in the configuration, or --backend-url,";

// A page's preflight (OPTIONS) gets no leave here, and TRACE would show what the broker adds to a request.
bool is_known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

// With its '?'; empty without one.
std::string query_of(const std::string& target) {
  return target.substr(std::min(target.find('?'), target.size()));
}

void refuse_method(const HttpRequest& request, ResponseWriter& client) {
  send_api_error(client,
                 {405, "invalid_request_error", request.method + " is not allowed on " + request.path});
}

Lane lane_of(const Backend& backend) {
  return backend.settings().profile.lane();
}

json store_figures(const StoreStats& stats) {
  return {{"entries", stats.entries},
          {"imports", stats.imports},
          {"record_bytes", stats.record_bytes},
          {"used_bytes", stats.used_bytes},
          {"file_bytes", stats.file_bytes},
          {"bytes_max", stats.bytes_max},
          {"generation", stats.generation},
          {"hits", stats.hits},
          {"misses", stats.misses},
          {"writes", stats.writes},
          {"errors", stats.errors},
          {"expired", stats.expired},
          {"evicted", stats.evicted},
          {"map_grown", stats.map_grown},
          {"map_resized", stats.map_resized},
          {"map_full", stats.map_full},
          {"stale_readers", stats.stale_readers},
          {"disk_full", stats.disk_full},
          {"write_denied", stats.write_denied},
          {"write_timeouts", stats.write_timeouts},
          {"compactions", stats.compactions},
          {"set_aside", stats.set_aside}};
}

}  // namespace

void BrokerService::handle(HttpRequest& request, ResponseWriter& client) {
  struct Route {
    std::string_view method;
    std::string_view path;
    PathMatch match;
    void (BrokerService::*answer)(HttpRequest&, ResponseWriter&);
  };
  static constexpr std::array<Route, 8> kRoutes{{
      {"POST", "/v1/messages", PathMatch::exact, &BrokerService::messages},
      {"POST", "/v1/messages/count_tokens", PathMatch::exact, &BrokerService::count_tokens},
      {"GET", "/v1/models", PathMatch::exact, &BrokerService::models},
      {"GET", "/v1/models/", PathMatch::below, &BrokerService::models},
      {"GET", "/", PathMatch::exact, &BrokerService::greeting},
      {"GET", "/health/live", PathMatch::exact, &BrokerService::live},
      {"GET", "/health/ready", PathMatch::exact, &BrokerService::ready},
      {"GET", "/metrics.json", PathMatch::exact, &BrokerService::metrics},
  }};
  if (refused_by_guard(request, client) || refused_as_loop(request, client) ||
      refused_for_its_form(request, client))
    return;
  if (AdminService::is_admin_path(request.path)) return admin_.handle(request, client);

  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  bool path_is_known = false;
  for (const Route& route : kRoutes) {
    const bool matches = route.match == PathMatch::exact
                             ? request.path == route.path
                             : std::string_view(request.path).starts_with(route.path);
    if (!matches) continue;
    path_is_known = true;
    request.target = request.path + query_of(request.target);
    if (route.method == method) return (this->*route.answer)(request, client);
  }
  if (path_is_known) return refuse_method(request, client);
  Backend& backend = current();
  if (lane_of(backend) == Lane::verbatim) return verbatim_.pass(request, backend, client);
  send_api_error(client, {404, "not_found_error", "this broker has nothing at " + request.path});
}

bool BrokerService::refused_by_guard(const HttpRequest& request, ResponseWriter& client) {
  std::string_view message;
  switch (parts_.guard.check(request)) {
    case GuardVerdict::allowed:
      return false;
    case GuardVerdict::foreign_host:
      message =
          "the Host of this request is not one of this broker's; add it to allowed_hosts if it should be";
      break;
    case GuardVerdict::foreign_origin:
    case GuardVerdict::foreign_site:
      message = "requests from web pages are not accepted";
      break;
  }
  parts_.log.warn("refused a request from {}: {}", request.peer, message);
  send_api_error(client, {403, "permission_error", std::string(message)});
  return true;
}

bool BrokerService::refused_for_its_form(HttpRequest& request, ResponseWriter& client) {
  const auto path = plain_path(request.path);
  if (!path) {
    send_api_error(client, {400, "invalid_request_error", std::string(kOddPath)});
    return true;
  }
  request.path = path->route;
  request.target = path->upstream + query_of(request.target);
  if (is_known_method(request.method)) return false;
  refuse_method(request, client);
  return true;
}

bool BrokerService::refused_as_loop(const HttpRequest& request, ResponseWriter& client) {
  std::string message;
  switch (check_via(via_of(request.headers), parts_.via_mark)) {
    case ViaVerdict::new_here:
      return false;
    case ViaVerdict::came_back:
      message = "this request came back to the broker that had sent it on";
      break;
    case ViaVerdict::too_many_hops:
      message = "this request has passed through " + std::to_string(limits::kBrokerHopsMax) + " brokers";
      break;
  }
  message += ": the address of the server behind the broker leads to a broker again. Let ";
  message += kAddressSettings;
  message += " name the model server itself.";
  parts_.log.warn("refused a request from {}: {}", request.peer, message);
  send_api_error(client, to_api_error({ErrorKind::loop, ErrorSource::config, Retry::never, message}));
  return true;
}

void BrokerService::messages(HttpRequest& request, ResponseWriter& client) {
  pipeline_.handle(request, client);
}

void BrokerService::count_tokens(HttpRequest& request, ResponseWriter& client) {
  Backend& backend = current();
  if (lane_of(backend) == Lane::verbatim) {
    // Anthropic looks at signatures here too.
    if (request.body.find(kOwnThinkingSignaturePrefix) != std::string::npos)
      if (const auto said = JsonDocument::parse(request.body))
        if (auto cut = cut_own_thinking(*said)) request.body = std::move(cut->body);
    return verbatim_.pass(request, backend, client);
  }
  const auto document = JsonDocument::parse(std::move(request.body));
  if (!document) return send_api_error(client, to_api_error(document.error()));
  if (const Status status = check_request_bounds(*document); !status)
    return send_api_error(client, to_api_error(status.error()));
  auto parsed = parse_messages_request(*document, RequestPurpose::count_tokens);
  if (!parsed) return send_api_error(client, to_api_error(parsed.error()));
  const TokenCount count = count_request_tokens(parts_, backend, std::move(*parsed), request.headers);
  (void)client.send(
      200,
      {{"Content-Type", "application/json"}, {"x-anyclaude-token-count", std::string(name_of(count.source))}},
      json{{"input_tokens", count.tokens}}.dump());
}

void BrokerService::models(HttpRequest& request, ResponseWriter& client) {
  Backend& backend = current();
  if (lane_of(backend) == Lane::verbatim) return verbatim_.pass(request, backend, client);
  const auto identity = backend.identity(via_of(request.headers));
  if (!identity) return send_api_error(client, to_api_error(identity.error()));
  constexpr std::string_view kOne = "/v1/models/";
  if (!std::string_view(request.path).starts_with(kOne))
    return send_json(client, 200, model_list_json(*identity));
  const std::string id = request.path.substr(kOne.size());
  if (const auto model = model_json(*identity, id)) return send_json(client, 200, *model);
  send_api_error(client, {404, "not_found_error", "model: " + id});
}

void BrokerService::greeting(HttpRequest&, ResponseWriter& client) {
  (void)client.send(
      200, {{"Content-Type", "text/plain; charset=utf-8"}},
      "anyclaude-broker is running. Point ANTHROPIC_BASE_URL here; figures are at /metrics.json.\n");
}

void BrokerService::live(HttpRequest&, ResponseWriter& client) {
  send_json(client, 200, R"({"status":"live"})");
}

void BrokerService::ready(HttpRequest& request, ResponseWriter& client) {
  json problems = json::array();
  if (const auto identity = current().identity(via_of(request.headers)); !identity)
    problems.push_back(identity.error().message);
  if (const auto stats = parts_.store.stats(); !stats) problems.push_back(stats.error().message);
  if (problems.empty()) return send_json(client, 200, R"({"status":"ready"})");
  send_json(client, 503, json{{"status", "not ready"}, {"problems", problems}}.dump());
}

void BrokerService::metrics(HttpRequest&, ResponseWriter& client) {
  json out = parts_.ledger.snapshot();
  out["mode"] = parts_.backends.current().name;
  const json costs = parts_.costs.snapshot();
  for (const auto& [name, cost] : costs.items()) out["backends"][name]["cost"] = cost;
  for (auto& [name, said] : out["backends"].items())
    said["left_alone"] = parts_.fallbacks.breaker().is_open(name);
  out["cache_mode"] = word_of(parts_.cache.mode);
  out["prompt_level"] = word_of(parts_.level);
  if (const auto stats = parts_.store.stats()) {
    out["store"] = store_figures(*stats);
  } else {
    out["store"] = {{"problem", stats.error().message}};
  }
  send_json(client, 200, out.dump(2));
}

}  // namespace anyclaude
