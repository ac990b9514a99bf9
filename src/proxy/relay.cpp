#include "proxy/relay.h"

#include "proxy/reply_headers.h"

namespace anyclaude {
namespace {

constexpr std::chrono::milliseconds kWakeInterval{15'000};

bool is_for_the_broker(std::string_view name) {
  constexpr std::string_view kPrefix = "x-anyclaude-";
  return name.size() >= kPrefix.size() && equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

bool is_credential(std::string_view name) {
  return equals_ignoring_case(name, "x-api-key") || equals_ignoring_case(name, "authorization");
}

bool is_placeholder(const HeaderField& field) {
  return is_credential(field.name) && field.value.find(kPlaceholderToken) != std::string::npos;
}

bool has_credentials(const HeaderFields& headers) {
  return headers.has("x-api-key") || headers.has("authorization");
}

// One relayed reply. Each on_ function returns false when the relay is over.
class RelayRun {
 public:
  RelayRun(ResponseWriter& client, RelayListener& listener) : client_(client), listener_(listener) {}

  bool on(const NothingYet&) { return true; }

  bool on(const ClientGone&) {
    outcome_.end = RelayEnd::client_left;
    return false;
  }

  bool on(const UpstreamHead& head) {
    outcome_.status = head.status;
    headers_ = end_to_end_headers(head.headers);
    style_ = listener_.on_head(head, headers_);
    if (style_ == RelayStyle::withheld) {
      outcome_.end = RelayEnd::withheld;
      return false;
    }
    return style_ == RelayStyle::whole || sent(client_.start(head.status, headers_));
  }

  bool on(const UpstreamBytes& piece) {
    listener_.on_bytes(piece.bytes);
    if (style_ == RelayStyle::stream) return sent(client_.write(piece.bytes));
    gathered_ += piece.bytes;
    return true;
  }

  bool on(const UpstreamDone& done) {
    outcome_.upstream = done;
    if (done.end != UpstreamEnd::complete) {
      outcome_.end = RelayEnd::upstream_failed;
      if (client_.started()) client_.abort();
      return false;
    }
    listener_.on_complete(gathered_);
    sent(style_ == RelayStyle::stream ? client_.finish()
                                      : client_.send(outcome_.status, headers_, gathered_));
    return false;
  }

  RelayOutcome outcome() const { return outcome_; }

 private:
  bool sent(const Status& status) {
    if (!status) outcome_.end = RelayEnd::client_left;
    return status.has_value();
  }

  ResponseWriter& client_;
  RelayListener& listener_;
  HeaderFields headers_;
  RelayStyle style_ = RelayStyle::whole;
  std::string gathered_;
  RelayOutcome outcome_;
};

}  // namespace

UpstreamRequest verbatim_request(const HttpRequest& request, std::string_view body,
                                 const BackendSettings& settings) {
  UpstreamRequest upstream;
  upstream.method = request.method;
  upstream.target = settings.base_url.path + request.target;
  // Somebody else's server that speaks for Anthropic must not see what opens Anthropic's own.
  const bool is_keyed = !settings.api_key.empty() && settings.profile.name != "claude";
  const std::string_view connection = request.headers.get("Connection");
  for (const HeaderField& field : request.headers) {
    if (is_hop_by_hop(field.name, connection) || is_for_the_broker(field.name)) continue;
    if (equals_ignoring_case(field.name, "host") || equals_ignoring_case(field.name, "expect")) continue;
    if ((is_keyed && is_credential(field.name)) || is_placeholder(field)) continue;
    upstream.headers.add(field.name, field.value);
  }
  upstream.headers.set("Accept-Encoding", "identity");
  if (is_keyed) upstream.headers.add("Authorization", "Bearer " + settings.api_key);
  if (!settings.api_key.empty() && !has_credentials(upstream.headers))
    upstream.headers.add("x-api-key", settings.api_key);
  upstream.body = std::string(body);
  upstream.timeouts = settings.timeouts;
  return upstream;
}

RelayOutcome relay(UpstreamClient& upstream, UpstreamRequest request, ResponseWriter& client,
                   RelayListener& listener) {
  const auto call = upstream.start(std::move(request));
  RelayRun run(client, listener);
  bool goes_on = true;
  while (goes_on) {
    const UpstreamSignal signal = call->next(client.client_fd(), kWakeInterval);
    goes_on = std::visit([&](const auto& what) { return run.on(what); }, signal);
  }
  return run.outcome();
}

}  // namespace anyclaude
