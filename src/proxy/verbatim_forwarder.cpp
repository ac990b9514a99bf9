#include "proxy/verbatim_forwarder.h"

#include "http/wire/sse.h"
#include "proxy/cost_settlement.h"
#include "proxy/relay.h"
#include "proxy/reply_headers.h"
#include "proxy/reply_recorder.h"
#include "proxy/reply_sender.h"

namespace anyclaude {
namespace {

using Json = WholeMessage::Json;

bool is_encoded(const HeaderFields& headers) {
  const std::string_view encoding = headers.get("Content-Encoding");
  return !encoding.empty() && !equals_ignoring_case(encoding, "identity");
}

// Reads along with a reply and keeps it if it is fit.
class RecordingListener final : public RelayListener {
 public:
  RecordingListener(const BrokerParts& parts, Exchange& exchange)
      : parts_(parts), exchange_(exchange), recorder_(parts, exchange) {}

  RelayStyle on_head(const UpstreamHead& head, HeaderFields& headers) override {
    const std::string_view type = head.headers.get("Content-Type");
    streamed_ = type.starts_with("text/event-stream");
    if (is_encoded(head.headers)) {
      exchange_.status = CacheStatus::bypass;
      exchange_.bypass = BypassReason::encoded;
      exchange_.miss.reset();
      readable_ = false;
    }
    readable_ = readable_ && head.status == 200;
    exchange_.entry.http_status = head.status;
    if (head.status != 200) exchange_.cost.release();
    if (head.status >= 500 && exchange_.may_fall_back) return RelayStyle::withheld;
    add_cache_headers(headers, exchange_);
    return streamed_ ? RelayStyle::stream : RelayStyle::whole;
  }

  void on_bytes(std::string_view bytes) override {
    note_first_byte();
    if (!readable_ || !streamed_) return;
    const auto on_event = [this](const SseEvent& event) { recorder_.on_event(event.name, event.data); };
    if (!parser_.feed(bytes, on_event)) readable_ = false;
    admit_at_the_end();
  }

  void on_complete(std::string_view body) override {
    if (readable_ && !streamed_) recorder_.on_whole_message(body);
    admit_at_the_end();
  }

  // What the reply's usage says about the prompt.
  void note_usage(RequestEntry& entry) const {
    if (!recorder_.saw_the_end()) {
      entry.output_tokens = recorder_.estimated_tokens();
      return;
    }
    const Json usage = recorder_.message().value("usage", Json::object());
    const auto figure = [&](const char* name) -> std::uint64_t {
      const auto found = usage.find(name);
      return found != usage.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    };
    entry.output_tokens = figure("output_tokens");
    entry.usage_certainty = Certainty::measured;
    const std::uint64_t fresh = figure("input_tokens") + figure("cache_creation_input_tokens");
    if (!usage.contains("cache_read_input_tokens")) {
      entry.prompt_tokens_unknown = fresh;
      return;
    }
    entry.prompt_certainty = Certainty::measured;
    entry.prompt_tokens_prefilled = fresh;
    entry.prompt_tokens_reused = figure("cache_read_input_tokens");
  }

 private:
  void note_first_byte() {
    if (exchange_.entry.first_byte_ms > 0) return;
    exchange_.entry.first_byte_ms =
        std::chrono::duration<double, std::milli>(parts_.clock.steady_now() - exchange_.received_at).count();
  }

  void admit_at_the_end() {
    if (!readable_ || !recorder_.saw_the_end() || ended_) return;
    ended_ = true;
    note_usage(exchange_.entry);
    settle_cost(parts_, exchange_);
    recorder_.admit({});
  }

  const BrokerParts& parts_;
  Exchange& exchange_;
  ReplyRecorder recorder_;
  SseParser parser_;
  bool streamed_ = false;
  bool readable_ = true;
  bool ended_ = false;
};

// Lets everything pass.
class PassThrough final : public RelayListener {
 public:
  RelayStyle on_head(const UpstreamHead&, HeaderFields&) override { return RelayStyle::stream; }
  void on_bytes(std::string_view) override {}
  void on_complete(std::string_view) override {}
};

}  // namespace

void VerbatimForwarder::forward(Exchange& exchange) {
  const BackendSettings& settings = exchange.settings();
  RecordingListener listener(parts_, exchange);
  const RelayOutcome outcome =
      relay(exchange.backend().client(),
            verbatim_request(exchange.http, std::move(exchange.upstream_headers), exchange.body(), settings),
            exchange.client, listener, KeyMask(settings.api_key));
  listener.note_usage(exchange.entry);
  switch (outcome.end) {
    case RelayEnd::delivered:
      exchange.entry.end = RequestEntry::End::delivered;
      break;
    case RelayEnd::client_left:
      exchange.entry.end = RequestEntry::End::client_left;
      break;
    case RelayEnd::upstream_failed:
      exchange.entry.end = RequestEntry::End::failed;
      exchange.backend().forget_identity();
      if (!exchange.client.started())
        leave_to_others(exchange, to_api_error(upstream_error(outcome.upstream, settings.base_url)),
                        failure_reason(outcome.upstream.end));
      break;
    case RelayEnd::withheld:
      leave_to_others(exchange,
                      {outcome.status, std::string(api_error_type(outcome.status)),
                       exchange.target->name + " answered with status " + std::to_string(outcome.status)},
                      FailureReason::server_error);
      break;
  }
}

void VerbatimForwarder::pass(const HttpRequest& request, Backend& backend, ResponseWriter& client) {
  const BackendSettings& settings = backend.settings();
  PassThrough listener;
  const RelayOutcome outcome =
      relay(backend.client(),
            verbatim_request(request, verbatim_headers(request, settings), request.body, settings), client,
            listener, KeyMask(settings.api_key));
  if (outcome.end != RelayEnd::upstream_failed || client.started()) return;
  send_api_error(client, to_api_error(upstream_error(outcome.upstream, settings.base_url)));
}

}  // namespace anyclaude
