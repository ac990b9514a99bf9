#include "proxy/admin_service.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bounded_json.h"
#include "base/digest.h"
#include "proxy/reply_sender.h"

namespace anyclaude {
namespace {

using nlohmann::json;

constexpr std::string_view kTokenHeader = "x-anyclaude-admin-token";

std::string_view token_of(const HeaderFields& headers) {
  if (const std::string_view token = headers.get(kTokenHeader); !token.empty()) return token;
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = headers.get("Authorization");
  if (value.size() < kScheme.size() || !equals_ignoring_case(value.substr(0, kScheme.size()), kScheme))
    return {};
  return value.substr(kScheme.size());
}

// Compares digests to their end, so that the time taken says nothing about how much of a guess was right.
bool is_same_secret(std::string_view guess, std::string_view secret) {
  const std::string left = sha256_hex(guess);
  const std::string right = sha256_hex(secret);
  unsigned difference = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  return difference == 0;
}

bool is_on_this_machine(std::string_view peer) {
  return peer == "::1" || peer.starts_with("127.") || peer.starts_with("::ffff:127.");
}

}  // namespace

AdminService::AdminService(const BrokerParts& parts, AdminSettings settings)
    : parts_(parts), settings_(std::move(settings)) {}

std::optional<ApiError> AdminService::refusal(const HttpRequest& request) const {
  if (!is_on_this_machine(request.peer))
    return ApiError{403, "permission_error", "this broker takes orders only from the machine it runs on"};
  if (settings_.token.empty() || !is_same_secret(token_of(request.headers), settings_.token))
    return ApiError{401, "authentication_error",
                    std::string("this needs the token in the file ")
                        .append(kAdminTokenFile)
                        .append(" of the broker's store, as Authorization: Bearer TOKEN")};
  return std::nullopt;
}

void AdminService::handle(const HttpRequest& request, ResponseWriter& client) {
  struct Verb {
    std::string_view method;
    std::string_view path;
    void (AdminService::*answer)(const HttpRequest&, ResponseWriter&);
  };
  static constexpr std::array<Verb, 4> kVerbs{{
      {"GET", "/admin/status", &AdminService::status},
      {"POST", "/admin/mode", &AdminService::switch_mode},
      {"POST", "/admin/compact", &AdminService::compact},
      {"POST", "/admin/settle", &AdminService::settle},
  }};
  if (const auto refused = refusal(request)) {
    parts_.log.warn("refused {} {} from {}: {}", request.method, request.path, request.peer,
                    refused->message);
    return send_api_error(client, *refused);
  }
  for (const Verb& verb : kVerbs) {
    if (request.path != verb.path) continue;
    if (request.method == verb.method) return (this->*verb.answer)(request, client);
    return send_api_error(
        client, {405, "invalid_request_error", request.method + " is not allowed on " + request.path});
  }
  send_api_error(client, {404, "not_found_error", "this broker has nothing at " + request.path});
}

void AdminService::switch_mode(const HttpRequest& request, ResponseWriter& client) {
  const json said = parse_json(request.body);
  if (!said.is_object() || !said.contains("mode") || !said["mode"].is_string())
    return send_api_error(client, {400, "invalid_request_error", R"(the body must be {"mode": NAME})"});
  const std::string before = parts_.backends.current().name;
  if (const Status switched = parts_.backends.switch_to(said["mode"].get<std::string>()); !switched)
    return send_api_error(client, {400, "invalid_request_error", switched.error().message});
  const BackendEntry& now = parts_.backends.current();
  if (now.name != before) {
    parts_.log.info("the mode is now {} (at {}); it was {}", now.name,
                    now.backend->settings().base_url.text(), before);
    if (settings_.on_mode) settings_.on_mode(now.name);
  }
  send_json(client, 200, json{{"mode", now.name}, {"was", before}}.dump());
}

// Takes as long as the store takes; requests go on meanwhile, and what they admit waits.
void AdminService::compact(const HttpRequest&, ResponseWriter& client) {
  if (settings_.maintenance == nullptr)
    return send_api_error(client, {404, "not_found_error", "this broker's store cannot be compacted"});
  const auto done = settings_.maintenance->compact();
  if (!done) {
    parts_.log.warn("the store could not be compacted: {}", done.error().message);
    return send_api_error(client, to_api_error(done.error()));
  }
  parts_.log.info("the store was compacted from {} to {} bytes", done->bytes_before, done->bytes_after);
  send_json(client, 200,
            json{{"bytes_before", done->bytes_before},
                 {"bytes_after", done->bytes_after},
                 {"entries", done->entries},
                 {"generation", done->generation}}
                .dump());
}

// What was admitted and learned so far is in the store when this is answered.
void AdminService::settle(const HttpRequest&, ResponseWriter& client) {
  parts_.learned.settle();
  if (const Status flushed = parts_.store.flush(); !flushed)
    return send_api_error(client, to_api_error(flushed.error()));
  send_json(client, 200, json{{"settled", true}}.dump());
}

void AdminService::status(const HttpRequest&, ResponseWriter& client) {
  const BackendEntry& now = parts_.backends.current();
  json backends = json::array();
  for (const BackendName& known : parts_.backends.names()) backends.push_back(known.name);
  const json said = {{"mode", now.name},
                     {"backend_url", now.backend->settings().base_url.text()},
                     {"backends", backends},
                     {"cache_mode", word_of(parts_.cache.mode)},
                     {"prompt_level", word_of(parts_.level)},
                     {"url", settings_.broker.url},
                     {"pid", settings_.broker.pid},
                     {"version", settings_.broker.version},
                     {"config_digest", settings_.broker.config_digest},
                     {"started_at", settings_.broker.started_at}};
  send_json(client, 200, said.dump(2));
}

}  // namespace anyclaude
