#include "proxy/rewritten_forwarder.h"

#include "backend/dialect/upstream_dialect.h"
#include "backend/identity/key_mask.h"
#include "backend/identity/model_list.h"
#include "backend/tool_calls/tool_call_offers.h"
#include "base/random_id.h"
#include "http/wire/via_mark.h"
#include "proxy/client_event_writer.h"
#include "proxy/cost_settlement.h"
#include "proxy/reply_headers.h"
#include "proxy/reply_recorder.h"
#include "proxy/reply_sender.h"
#include "scheduler/retry_policy.h"

namespace anyclaude {
namespace {

constexpr std::chrono::milliseconds kPingInterval{10'000};
// How often somebody who waits for a busy server looks whether the client is still there.
constexpr std::chrono::milliseconds kTurnInterval{100};

// One call of a local server. Each on_ function returns false when the call is over.
class ChatRun {
 public:
  using Attempt = RewrittenForwarder::Attempt;

  ChatRun(const BrokerParts& parts, Exchange& exchange, RetryPolicy& retries, PromptCheck& prompt,
          Attempt attempt)
      : parts_(parts),
        exchange_(exchange),
        retries_(retries),
        prompt_(prompt),
        estimate_(prompt.estimate()),
        attempt_(attempt),
        mask_(exchange.settings().api_key),
        recorder_(parts, exchange),
        writer_(exchange, recorder_, mask_),
        stream_(writer_) {}

  bool on(const NothingYet&) {
    if (stream_.started()) stream_.ping();
    return flushed();
  }

  bool on(const ClientGone&) {
    exchange_.entry.end = RequestEntry::End::client_left;
    return false;
  }

  bool on(const UpstreamHead& head) {
    head_ = head;
    if (head.status != 200) return true;
    const BackendSettings& settings = exchange_.settings();
    decoder_ =
        make_reply_decoder({settings.profile, random_id("msg_"), exchange_.parsed->model, estimate_,
                            exchange_.parsed->stop_sequences, exchange_.identity.context_tokens,
                            callable_tools(*exchange_.parsed), settings.rescue, prompt_.text_estimate()},
                           head.headers.get("Content-Type"), stream_);
    return true;
  }

  bool on(const UpstreamBytes& piece) {
    note_first_byte();
    if (!decoder_) {
      error_body_ += piece.bytes;
      return true;
    }
    decoder_->feed(piece.bytes);
    if (decoder_->error()) return true;
    return flushed();
  }

  bool on(const UpstreamDone& done) {
    if (done.end != UpstreamEnd::complete) exchange_.backend().forget_identity();
    if (!head_)
      fail_with(to_api_error(upstream_error(done, exchange_.settings().base_url)), failure_reason(done.end),
                retries_.wait_after(done.end));
    else if (!decoder_)
      on_refusal();
    else
      finish(done.end);
    return false;
  }

  // What the answer cost, whether or not it came to its end.
  void note_output() {
    if (!decoder_) return;
    const UpstreamReport& report = decoder_->report();
    exchange_.entry.output_tokens = report.output_tokens.value_or(0);
    if (!report.output_tokens)
      exchange_.entry.output_tokens = recorder_.estimated_tokens();
    else if (report.prompt_tokens)
      exchange_.entry.usage_certainty = Certainty::measured;
  }

  // Set when the server would have answered a shorter request and the client has heard nothing yet.
  std::optional<std::uint64_t> room() const { return room_; }
  // Set when the call may be made again after so long a wait, and the client has heard nothing yet.
  std::optional<std::chrono::milliseconds> retry_wait() const { return retry_wait_; }
  // It is not made again: the client hears what went wrong.
  void give_up() {
    if (failure_.status >= 500)
      leave_to_others(exchange_, failure_, failure_reason_);
    else
      send_error(exchange_, failure_);
  }

 private:
  // Before the client has the last bytes the answer is in the store and its cost is counted: the next request
  // finds both.
  bool flushed() {
    if (decoder_ && recorder_.saw_the_end()) end_answer();
    if (writer_.flush()) return true;
    exchange_.entry.end = RequestEntry::End::client_left;
    return false;
  }

  void end_answer() {
    note_report();
    note_output();
    settle_cost(parts_, exchange_);
    recorder_.admit(decoder_->report(), fit_);
  }

  void on_refusal() {
    if (attempt_ == Attempt::first) room_ = room_for_answer(error_body_);
    if (room_) return;
    exchange_.backend().forget_identity();
    const ApiError error = translate_upstream_error(head_->status, head_->headers, error_body_, estimate_,
                                                    exchange_.identity.context_tokens);
    fail_with(error, FailureReason::server_error, retries_.wait_after(*head_));
  }

  // Nobody waits for a server that another can stand in for.
  void fail_with(ApiError error, FailureReason reason, std::optional<std::chrono::milliseconds> retry_wait) {
    failure_ = mask_.masked(std::move(error));
    failure_reason_ = reason;
    if (!exchange_.may_fall_back) retry_wait_ = retry_wait;
    if (!retry_wait_) give_up();
  }

  void finish(UpstreamEnd end) {
    decoder_->finish(end);
    note_report();
    if (decoder_->error() && !exchange_.client.started()) {
      const ApiError error = mask_.masked(*decoder_->error());
      if (error.status < 500) return send_error(exchange_, error);
      return leave_to_others(exchange_, error, FailureReason::server_error);
    }
    if (!flushed()) return;
    const bool streams = exchange_.parsed->delivery == Delivery::stream;
    if (streams) {
      if (!exchange_.client.finish()) exchange_.entry.end = RequestEntry::End::client_left;
      if (!recorder_.saw_the_end()) exchange_.entry.end = RequestEntry::End::failed;
    } else {
      send_whole();
    }
  }

  void send_whole() {
    if (!recorder_.saw_the_end())
      return leave_to_others(exchange_,
                             {502, "api_error", "the model server's reply was cut off before it was whole"},
                             FailureReason::no_reply);
    exchange_.entry.http_status = 200;
    if (!exchange_.client.send(200, own_reply_headers("application/json", exchange_),
                               recorder_.whole().text()))
      exchange_.entry.end = RequestEntry::End::client_left;
  }

  void note_first_byte() {
    if (exchange_.entry.first_byte_ms > 0) return;
    exchange_.entry.first_byte_ms =
        std::chrono::duration<double, std::milli>(parts_.clock.steady_now() - exchange_.received_at).count();
  }

  void note_report() {
    if (std::exchange(report_is_noted_, true)) return;
    const UpstreamReport& report = decoder_->report();
    fit_ = prompt_.judge(report);
    RequestEntry& entry = exchange_.entry;
    if (!report.prompt_tokens) {
      entry.prompt_tokens_unknown = estimate_;
      return;
    }
    if (!report.cached_tokens) {
      entry.prompt_tokens_unknown = *report.prompt_tokens;
      return;
    }
    const std::uint64_t cached = std::min(*report.cached_tokens, *report.prompt_tokens);
    entry.prompt_certainty = Certainty::measured;
    entry.prompt_tokens_prefilled = *report.prompt_tokens - cached;
    entry.prompt_tokens_reused = cached;
    entry.prompt_tokens_expected =
        static_cast<std::uint64_t>(exchange_.expected_reuse * static_cast<double>(*report.prompt_tokens));
  }

  const BrokerParts& parts_;
  Exchange& exchange_;
  RetryPolicy& retries_;
  PromptCheck& prompt_;
  const std::uint64_t estimate_;
  const Attempt attempt_;
  const KeyMask mask_;
  ReplyRecorder recorder_;
  ClientEventWriter writer_;
  MessageStream stream_;
  std::optional<UpstreamHead> head_;
  std::unique_ptr<ReplyDecoder> decoder_;
  std::string error_body_;
  bool report_is_noted_ = false;
  PromptFit fit_ = PromptFit::whole;
  std::optional<std::uint64_t> room_;
  FailureReason failure_reason_ = FailureReason::unreachable;
  ApiError failure_;
  std::optional<std::chrono::milliseconds> retry_wait_;
};

// False when the permit did not come in time, which the client has then heard, or the client has left.
bool wait_for_turn(const BrokerParts& parts, Exchange& exchange, ConcurrencyLimiter::Permit& permit) {
  const SteadyTime begun = parts.clock.steady_now();
  while (!permit.wait_for(kTurnInterval)) {
    const WaitEnd end = parts.waiter.wait(exchange.client.client_fd(), std::chrono::milliseconds(0));
    if (end == WaitEnd::client_left) {
      exchange.entry.end = RequestEntry::End::client_left;
      return false;
    }
    if (end == WaitEnd::passed && parts.clock.steady_now() - begun < exchange.settings().timeouts.first_byte)
      continue;
    send_error(exchange,
               {529, "overloaded_error", "the model server is busy with requests that came before"});
    return false;
  }
  return true;
}

// Waits for its permit, then for the reply. False when there was no permit.
bool converse(const BrokerParts& parts, Exchange& exchange, UpstreamRequest request, ChatRun& run) {
  ConcurrencyLimiter::Permit permit(exchange.backend().gate());
  if (!wait_for_turn(parts, exchange, permit)) return false;
  const auto call = exchange.backend().client().start(std::move(request));
  bool goes_on = true;
  while (goes_on) {
    const UpstreamSignal signal = call->next(exchange.client.client_fd(), kPingInterval);
    goes_on = std::visit([&](const auto& what) { return run.on(what); }, signal);
  }
  return true;
}

}  // namespace

void RewrittenForwarder::forward(Exchange& exchange) {
  PromptCheck prompt(parts_, exchange);
  if (const auto refusal = prompt.refusal()) return send_error(exchange, *refusal);
  const BackendProfile& profile = exchange.settings().profile;
  ChatEncoding encoding{profile, exchange.identity.model, exchange.identity.context_tokens,
                        prompt.estimate_beside_answer()};
  const auto room = attempt(exchange, encoding, prompt, Attempt::first);
  if (!room) return;
  // The estimate was too small: the server has counted, and there is a place for an answer of this length.
  encoding.context_tokens = *room;
  encoding.prompt_tokens_estimate = 0;
  attempt(exchange, encoding, prompt, Attempt::last);
}

std::optional<std::uint64_t> RewrittenForwarder::attempt(Exchange& exchange, const ChatEncoding& encoding,
                                                         PromptCheck& prompt, Attempt attempt) {
  RetryPolicy retries(parts_.clock);
  while (true) {
    auto upstream = encode_upstream_request(*exchange.parsed, encoding, exchange.settings());
    if (!upstream) {
      send_error(exchange, to_api_error(upstream.error()));
      return std::nullopt;
    }
    upstream->via = via_of(exchange.http.headers);
    ChatRun run(parts_, exchange, retries, prompt, attempt);
    if (!converse(parts_, exchange, std::move(*upstream), run)) return std::nullopt;
    run.note_output();
    if (!run.retry_wait()) return run.room();
    if (!wait_for_retry(exchange, *run.retry_wait())) {
      if (exchange.entry.end != RequestEntry::End::client_left) run.give_up();
      return std::nullopt;
    }
  }
}

// False when the client has left or the broker stops.
bool RewrittenForwarder::wait_for_retry(Exchange& exchange, std::chrono::milliseconds time) {
  parts_.log.warn("{} {} gave no answer; trying again in {} ms", exchange.request_id,
                  exchange.settings().base_url.origin(), time.count());
  const WaitEnd end = parts_.waiter.wait(exchange.client.client_fd(), time);
  if (end == WaitEnd::client_left) exchange.entry.end = RequestEntry::End::client_left;
  if (end != WaitEnd::passed) return false;
  ++exchange.entry.retries;
  // A server that was away may have come back as another one. Its answer is then not that of the key.
  auto identity = exchange.backend().identity(via_of(exchange.http.headers));
  if (identity && exchange.canonical)
    choose_requested_model(*identity,
                           exchange.wanted_model.empty() ? exchange.canonical->model : exchange.wanted_model,
                           exchange.settings().profile);
  if (!identity || identity->fingerprint != exchange.identity.fingerprint) exchange.key.reset();
  return true;
}

}  // namespace anyclaude
