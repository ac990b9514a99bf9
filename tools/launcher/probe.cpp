#include "tools/launcher/probe.h"

#include <utility>

#include "http/net/deadline.h"
#include "messages/events/reply_json.h"

namespace anyclaude::launcher {

nlohmann::json Answer::json() const {
  return parse_reply_json(body);
}

Answer ask(const Url& base, const std::string& target, const std::string& api_key,
           std::chrono::milliseconds time_max, const UpstreamRoute& route) {
  Answer answer;
  const auto client = UpstreamClient::create(base, route);
  if (!client) return answer;
  UpstreamRequest request;
  request.method = "GET";
  request.target = target;
  request.headers.add("Accept", "application/json");
  request.headers.add("Accept-Encoding", "identity");
  if (!api_key.empty()) request.headers.add("Authorization", "Bearer " + api_key);
  request.timeouts = {time_max, time_max, time_max};
  const auto call = (*client)->start(std::move(request));
  const Deadline deadline(time_max);
  for (;;) {
    const UpstreamSignal signal = call->next(-1, deadline.left());
    if (const auto* head = std::get_if<UpstreamHead>(&signal)) {
      answer.status = head->status;
    } else if (const auto* bytes = std::get_if<UpstreamBytes>(&signal)) {
      answer.body += bytes->bytes;
    } else if (const auto* done = std::get_if<UpstreamDone>(&signal)) {
      answer.end = done->end;
      if (answer.end != UpstreamEnd::complete) answer.status = 0;
      return answer;
    } else if (deadline.passed()) {
      return {UpstreamEnd::first_byte_timed_out, 0, {}};
    }
  }
}

Answer ask_backend(const ChosenBackend& backend, const std::string& target) {
  return ask(backend.settings.base_url, target, backend.settings.api_key, limits::kProbeTimeMax,
             backend.settings.route);
}

ServerState state_of(const Answer& answer) {
  switch (answer.end) {
    case UpstreamEnd::refused:
    case UpstreamEnd::name_not_resolved:
    case UpstreamEnd::connect_timed_out:
    case UpstreamEnd::proxy_failed:
    case UpstreamEnd::cancelled:
      return ServerState::absent;
    case UpstreamEnd::first_byte_timed_out:
    case UpstreamEnd::idle_timed_out:
      return ServerState::starting;
    case UpstreamEnd::cut:  // what speaks another protocol hangs up
    case UpstreamEnd::tls_failed:
    case UpstreamEnd::too_large:
    case UpstreamEnd::protocol:
      return ServerState::foreign;
    case UpstreamEnd::complete:
      break;
  }
  // A server that wants a key is one.
  if (answer.status == 200 || answer.status == 401 || answer.status == 403) return ServerState::ready;
  return answer.status == 429 || answer.status >= 500 ? ServerState::starting : ServerState::foreign;
}

}  // namespace anyclaude::launcher
