#include "proxy/relay.h"

#include "backend/dialect/upstream_error.h"
#include "http/wire/via_mark.h"
#include "messages/events/reply_json.h"
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
  RelayRun(ResponseWriter& client, RelayListener& listener, const KeyMask& mask)
      : client_(client), listener_(listener), mask_(mask), error_body_(mask), error_events_(mask) {}

  bool on(const NothingYet&) { return true; }

  bool on(const ClientGone&) {
    outcome_.end = RelayEnd::client_left;
    return false;
  }

  bool on(const UpstreamHead& head) {
    outcome_.status = head.status;
    headers_ = end_to_end_headers(head.headers);
    mask_.mask(headers_);
    masking_ = masking_of(head);
    style_ = listener_.on_head(head, headers_);
    if (style_ == RelayStyle::withheld) {
      outcome_.end = RelayEnd::withheld;
      return false;
    }
    return style_ == RelayStyle::whole || sent(client_.start(head.status, headers_));
  }

  bool on(const UpstreamBytes& piece) {
    listener_.on_bytes(piece.bytes);
    if (style_ == RelayStyle::stream) return write(piece.bytes);
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
    if (style_ == RelayStyle::whole)
      sent(client_.send(outcome_.status, headers_, is_error_body() ? mask_.masked(gathered_) : gathered_));
    else if (sent(client_.write(held_back())))
      sent(client_.finish());
    return false;
  }

  RelayOutcome outcome() const { return outcome_; }

 private:
  // Which bytes of the body may repeat the server's key; an answer is a model's, and passes as it is.
  enum class Masking { none, error_events, whole_body };

  Masking masking_of(const UpstreamHead& head) const {
    if (mask_.covers_nothing()) return Masking::none;
    if (head.status >= 400) return Masking::whole_body;
    const bool is_stream = head.headers.get("Content-Type").starts_with("text/event-stream");
    return is_stream ? Masking::error_events : Masking::none;
  }

  bool write(std::string_view bytes) {
    switch (masking_) {
      case Masking::none:
        break;
      case Masking::error_events:
        return sent(client_.write(error_events_.next(bytes)));
      case Masking::whole_body:
        return sent(client_.write(error_body_.next(bytes)));
    }
    return sent(client_.write(bytes));
  }

  std::string held_back() {
    return masking_ == Masking::error_events ? error_events_.rest() : error_body_.rest();
  }

  bool is_error_body() const {
    if (mask_.covers_nothing()) return false;
    return outcome_.status >= 400 || is_error_reply(parse_reply_json(gathered_));
  }

  bool sent(const Status& status) {
    if (!status) outcome_.end = RelayEnd::client_left;
    return status.has_value();
  }

  ResponseWriter& client_;
  RelayListener& listener_;
  const KeyMask& mask_;
  Masking masking_ = Masking::none;
  MaskedPieces error_body_;
  MaskedErrorEvents error_events_;
  HeaderFields headers_;
  RelayStyle style_ = RelayStyle::whole;
  std::string gathered_;
  RelayOutcome outcome_;
};

}  // namespace

HeaderFields verbatim_headers(const HttpRequest& request, const BackendSettings& settings) {
  HeaderFields headers;
  // A server of another owner that replaces Anthropic's must not see credentials for Anthropic's.
  const bool is_keyed = !settings.api_key.empty() && settings.profile.name != "claude";
  const std::string_view connection = request.headers.get("Connection");
  for (const HeaderField& field : request.headers) {
    if (is_hop_by_hop(field.name, connection) || is_for_the_broker(field.name)) continue;
    if (equals_ignoring_case(field.name, "host") || equals_ignoring_case(field.name, "expect")) continue;
    if ((is_keyed && is_credential(field.name)) || is_placeholder(field)) continue;
    headers.add(field.name, field.value);
  }
  headers.set("Accept-Encoding", "identity");
  if (is_keyed) headers.add("Authorization", "Bearer " + settings.api_key);
  if (!settings.api_key.empty() && !has_credentials(headers)) headers.add("x-api-key", settings.api_key);
  return headers;
}

UpstreamRequest verbatim_request(const HttpRequest& request, HeaderFields headers, std::string_view body,
                                 const BackendSettings& settings) {
  UpstreamRequest upstream;
  upstream.method = request.method;
  upstream.target = settings.base_url.path + request.target;
  upstream.headers = std::move(headers);
  upstream.via = via_of(request.headers);
  upstream.body = std::string(body);
  upstream.timeouts = settings.timeouts;
  return upstream;
}

RelayOutcome relay(UpstreamClient& upstream, UpstreamRequest request, ResponseWriter& client,
                   RelayListener& listener, const KeyMask& mask) {
  const auto call = upstream.start(std::move(request));
  RelayRun run(client, listener, mask);
  bool goes_on = true;
  while (goes_on) {
    const UpstreamSignal signal = call->next(client.client_fd(), kWakeInterval);
    goes_on = std::visit([&](const auto& what) { return run.on(what); }, signal);
  }
  return run.outcome();
}

}  // namespace anyclaude
