#include "tools/cachectl/broker_link.h"

#include <signal.h>

#include <cerrno>
#include <utility>

#include "base/bounded_json.h"
#include "http/wire/url.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;

// A killed broker leaves a file behind; no other program at its address may get the token.
bool is_running(std::int64_t pid) {
  return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

std::string words_of(const json& reply, int status) {
  if (reply.is_object() && reply.contains("error") && reply["error"].is_object() &&
      reply["error"].contains("message") && reply["error"]["message"].is_string())
    return reply["error"]["message"].get<std::string>();
  return "it answered with status " + std::to_string(status);
}

ErrorKind kind_of(int status) {
  if (status == 401) return ErrorKind::authentication;
  if (status == 403) return ErrorKind::permission;
  if (status == 404) return ErrorKind::not_found;
  if (status == 409 || status == 503) return ErrorKind::unavailable;
  return status < 500 ? ErrorKind::invalid_request : ErrorKind::internal;
}

}  // namespace

Result<std::optional<BrokerLink>> BrokerLink::find(const std::filesystem::path& store_directory) {
  auto broker = read_running_broker(store_directory);
  if (!broker || !is_running(broker->pid)) return std::optional<BrokerLink>();
  const auto url = parse_url(broker->url);
  if (!url) return tl::unexpected(url.error());
  auto token = read_admin_token(store_directory);
  if (!token) return tl::unexpected(token.error());
  auto client = UpstreamClient::create(*url);
  if (!client) return tl::unexpected(client.error());
  BrokerLink link(std::move(*broker), std::move(*token), std::move(*client));
  UpstreamRequest question;
  question.method = "GET";
  question.target = "/admin/status";
  auto status = link.ask(std::move(question), limits::kProbeTimeMax);
  if (!status && status.error().source == ErrorSource::upstream &&
      status.error().kind == ErrorKind::unavailable)
    return std::optional<BrokerLink>();
  if (!status) return tl::unexpected(status.error());
  if (!status->is_object() || status->value("pid", std::int64_t{0}) != link.broker_.pid)
    return fail(ErrorKind::protocol, ErrorSource::broker,
                "What listens at " + link.broker_.url + " is not the broker of this store.");
  link.status_ = std::move(*status);
  return link;
}

Result<json> BrokerLink::post(const std::string& path, const json& body, std::chrono::milliseconds time_max) {
  UpstreamRequest request;
  request.target = path;
  request.headers.add("Content-Type", "application/json");
  request.body = body.dump();
  return ask(std::move(request), time_max);
}

Result<json> BrokerLink::ask(UpstreamRequest request, std::chrono::milliseconds time_max) {
  request.headers.add("Authorization", "Bearer " + token_);
  request.headers.add("Accept", "application/json");
  request.headers.add("Accept-Encoding", "identity");
  request.timeouts.first_byte = time_max;
  const auto reply = client_->fetch(std::move(request), time_max);
  if (!reply) return tl::unexpected(reply.error());
  json said = parse_json(reply->body);
  if (reply->status < 200 || reply->status > 299)
    return fail(kind_of(reply->status), ErrorSource::broker,
                "The broker at " + broker_.url + " did not do it: " + words_of(said, reply->status));
  if (said.is_discarded())
    return fail(ErrorKind::protocol, ErrorSource::broker,
                "What listens at " + broker_.url + " is no broker.");
  return said;
}

}  // namespace anyclaude::cachectl
