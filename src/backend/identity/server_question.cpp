#include "backend/identity/server_question.h"

#include <utility>

#include "backend/dialect/reply_decoder.h"
#include "backend/identity/key_mask.h"
#include "base/limits.h"
#include "messages/events/api_error.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

tl::unexpected<Error> not_ready(const BackendSettings& settings, const HttpReply& reply) {
  const ApiError said = translate_upstream_error(reply.status, reply.headers, reply.body, 1, {});
  const std::string message = KeyMask(settings.api_key).masked(said).message;
  // The words of the broker that found the loop are all there is to say.
  if (reply.status == kLoopStatus) return fail(ErrorKind::loop, ErrorSource::upstream, message, Retry::never);
  return fail(ErrorKind::unavailable, ErrorSource::upstream,
              "the model server at " + settings.base_url.text() + " is not ready: " + message, Retry::later);
}

}  // namespace

Result<nlohmann::json> ask_server(UpstreamClient& client, const BackendSettings& settings, std::string target,
                                  std::string body, std::string_view via) {
  UpstreamRequest request;
  request.method = body.empty() ? "GET" : "POST";
  request.target = std::move(target);
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json");
  request.headers.add("Accept-Encoding", "identity");
  if (!settings.api_key.empty()) request.headers.add("Authorization", "Bearer " + settings.api_key);
  request.body = std::move(body);
  request.via = via;
  request.timeouts = settings.timeouts;
  request.timeouts.first_byte = limits::kProbeTimeMax;
  const auto reply = client.fetch(std::move(request));
  if (!reply) {
    Error error = reply.error();
    if (error.kind != ErrorKind::timed_out) error.kind = ErrorKind::unavailable;
    return tl::unexpected(std::move(error));
  }
  if (reply->status == 401 || reply->status == 403) {
    return fail(ErrorKind::authentication, ErrorSource::upstream,
                "the model server at " + settings.base_url.text() + " refuses the broker's key");
  }
  if (reply->status == 429 || reply->status >= 500) return not_ready(settings, *reply);
  if (reply->status != 200) return nlohmann::json();
  nlohmann::json said = parse_reply_json(reply->body);
  return said.is_discarded() ? nlohmann::json() : said;
}

}  // namespace anyclaude
