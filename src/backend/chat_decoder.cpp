#include "backend/chat_decoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/upstream_error.h"
#include "backend/upstream_usage.h"
#include "base/random_id.h"
#include "messages/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kBlanks = " \t\r\n";
// Used only for output tokens that no server counted.
constexpr double kBytesPerOutputToken = 3.6;
// A prompt that was expected to have at least so many tokens, and of which the server counted less than one
// part in so many, was cut: no text has that many bytes to a token.
constexpr std::uint64_t kCutNoticedTokensMin = 1'000;
constexpr std::uint64_t kCutNoticedFactor = 3;

Json parse_or_repair(std::string_view text) {
  Json parsed = parse_reply_json(text);
  return parsed.is_discarded() ? parse_reply_json(repaired_json_text(text)) : parsed;
}

ApiError bad_gateway(std::string message) {
  return {502, "api_error", std::move(message)};
}

ApiError cut_error(UpstreamEnd end) {
  if (end == UpstreamEnd::idle_timed_out || end == UpstreamEnd::first_byte_timed_out)
    return {504, "timeout_error", "the model server went silent in the middle of its reply"};
  if (end == UpstreamEnd::too_large) return bad_gateway("the model server's reply is too large");
  return bad_gateway("the model server's reply was cut off before it was whole");
}

// What a server says about the stop sequence it met: vLLM `stop_reason`, SGLang `matched_stop`, llama.cpp
// `stopping_word` (only when it is told to be verbose). The first two may be token numbers.
std::string_view matched_stop(const Json& choice) {
  for (const char* name : {"stop_reason", "matched_stop", "stopping_word"})
    if (const std::string* stop = find_string(choice, name); stop && !stop->empty()) return *stop;
  return {};
}

}  // namespace

ChatDecoder::ChatDecoder(DecoderContext context, std::string_view content_type, MessageStream& stream)
    : context_(std::move(context)),
      sizes_{context_.prompt_tokens_estimate, context_.context_tokens},
      stream_(stream),
      tools_(context_.tools),
      calls_(stream, is_rescuing() ? &tools_ : nullptr),
      rescue_(tools_, *this),
      reasoning_rescue_(tools_, reasoning_calls_),
      declared_json_(content_type.find("json") != std::string_view::npos) {}

void ChatDecoder::feed(std::string_view bytes) {
  if (state_ != State::reading) return;
  if (form_ == Form::unknown) {
    whole_body_ += bytes;
    const std::size_t first = whole_body_.find_first_not_of(kBlanks);
    if (first == std::string::npos) return;
    form_ = whole_body_[first] == '{' || declared_json_ ? Form::whole : Form::events;
    if (form_ == Form::whole) return;
    const std::string begun = std::exchange(whole_body_, {});
    return feed(begun);
  }
  if (form_ == Form::whole) {
    whole_body_ += bytes;
    return;
  }
  if (!events_.feed(bytes, [this](const SseEvent& event) { read_event(event); }))
    fail(cut_error(UpstreamEnd::too_large));
}

void ChatDecoder::finish(UpstreamEnd end) {
  if (state_ != State::reading) return;
  if (form_ == Form::whole && end == UpstreamEnd::complete) {
    const Json reply = parse_or_repair(whole_body_);
    if (!reply.is_object()) return fail(bad_gateway("the model server's reply is not JSON"));
    read_reply(reply);
    if (finish_reason_.empty() && said_anything()) finish_reason_ = "stop";
  } else if (form_ == Form::events && (end == UpstreamEnd::complete || end == UpstreamEnd::cut)) {
    events_.finish([this](const SseEvent& event) {
      // Half an event is the sign of a cut, not of a server that talks nonsense.
      if (event.data == "[DONE]" || !parse_or_repair(event.data).is_discarded()) read_event(event);
    });
  }
  if (state_ != State::reading) return;
  if (finish_reason_.empty()) return fail(cut_error(end));
  close_message();
}

void ChatDecoder::read_event(const SseEvent& event) {
  if (state_ != State::reading || event.data.empty()) return;
  if (event.data == "[DONE]") {
    // Some servers never say why they stopped; one that says it is done and has said something is.
    if (finish_reason_.empty() && said_anything()) finish_reason_ = "stop";
    if (finish_reason_.empty())
      return fail(bad_gateway("the model server ended its reply without an answer"));
    return close_message();
  }
  const Json reply = parse_or_repair(event.data);
  if (event.name == "error" || is_error_reply(reply)) {
    return fail(translate_error_reply(200, reply, sizes_));
  }
  if (!reply.is_object()) return fail(bad_gateway("the model server sent something that is not JSON"));
  read_reply(reply);
}

void ChatDecoder::read_reply(const Json& reply) {
  if (is_error_reply(reply)) return fail(translate_error_reply(200, reply, sizes_));
  read_usage(reply, report_);
  if (context_.profile.reply.cached_tokens == CachedTokens::never) report_.cached_tokens.reset();
  // Ollama drops the front of a prompt without a word; that it read so little tells.
  const std::uint64_t expected = context_.prompt_tokens_estimate;
  if (report_.prompt_tokens && expected >= kCutNoticedTokensMin &&
      *report_.prompt_tokens < expected / kCutNoticedFactor) {
    report_.prompt_cut_short = true;
  }
  const auto verbose = reply.find("__verbose");
  if (verbose != reply.end() && matched_stop_.empty()) matched_stop_ = matched_stop(*verbose);
  const auto choices = reply.find("choices");
  if (choices == reply.end() || !choices->is_array()) return;
  for (const Json& choice : *choices) {
    const auto index = choice.find("index");
    const bool is_first = index == choice.end() || index->is_null() || *index == 0;
    if (choice.is_object() && is_first) read_choice(choice);
  }
}

void ChatDecoder::read_choice(const Json& choice) {
  for (const char* name : {"delta", "message"}) {
    const auto said = choice.find(name);
    if (said == choice.end() || !said->is_object()) continue;
    read_delta(*said);
    break;
  }
  if (state_ == State::reading) read_finish(choice);
}

void ChatDecoder::read_delta(const Json& delta) {
  for (const char* name : {"reasoning_content", "reasoning"}) {
    const std::string_view thinking = string_or_empty(delta, name);
    if (thinking.empty()) continue;
    hear(Voice::thinking, thinking);
    break;
  }
  if (const auto content = delta.find("content"); content != delta.end()) read_content(*content);
  if (const std::string_view refusal = string_or_empty(delta, "refusal"); !refusal.empty()) {
    refused_ = true;
    hear(Voice::text, refusal);
  }
  const auto calls = delta.find("tool_calls");
  if (calls == delta.end() || !calls->is_array()) return;
  for (const Json& entry : *calls) hear_call(entry);
}

void ChatDecoder::read_content(const Json& content) {
  if (content.is_string()) return hear(Voice::text, content.get_ref<const std::string&>());
  if (!content.is_array()) return;
  for (const Json& part : content)
    if (string_or_empty(part, "type") == "text") hear(Voice::text, string_or_empty(part, "text"));
}

void ChatDecoder::read_finish(const Json& choice) {
  const std::string_view reason = string_or_empty(choice, "finish_reason");
  if (reason.empty()) return;
  if (reason == "error") return fail(bad_gateway("the model server failed in the middle of its reply"));
  finish_reason_ = reason;
  if (matched_stop_.empty()) matched_stop_ = matched_stop(choice);
}

void ReasoningCalls::on_text(std::string_view text) {
  if (text.find_first_not_of(kBlanks) != std::string_view::npos) calls_.clear();
}

void ChatDecoder::hear(Voice voice, std::string_view text) {
  if (text.empty()) return;
  start_message();
  if (!is_rescuing()) return speak(voice, text);
  if (voice == Voice::thinking) {
    rescue_.finish(TextOutcome::cut);
    reasoning_rescue_.feed(text);
    return speak(voice, text);
  }
  rescue_.feed(text);
  pings_.note(rescue_.held_bytes(), stream_);
}

void ChatDecoder::hear_call(const Json& entry) {
  start_message();
  if (is_rescuing()) {
    rescue_.finish(TextOutcome::cut);
    rescue_.note_proper_call();
  }
  open_voice_.reset();
  blank_.text.clear();
  calls_.feed(entry);
}

void ChatDecoder::speak(Voice voice, std::string_view text) {
  if (calls_.is_between_calls()) return say(voice, text);
  const bool goes_on =
      !behind_calls_.empty() && behind_calls_.back().voice == voice && !behind_calls_.back().call;
  if (goes_on) {
    behind_calls_.back().text += text;
  } else {
    behind_calls_.push_back({voice, std::string(text)});
  }
}

void ChatDecoder::on_call(const RescuedCall& call) {
  if (calls_.is_between_calls()) return say_call(call);
  behind_calls_.push_back({.call = call});
}

void ChatDecoder::say_call(const RescuedCall& call) {
  rescued_calls_ = true;
  said_bytes_ += call.input_json.size();
  open_voice_.reset();
  blank_.text.clear();
  stream_.begin_tool_use(random_id("toolu_"), call.name);
  stream_.tool_input(call.input_json);
}

void ChatDecoder::say(Voice voice, std::string_view text) {
  std::string held;
  if (open_voice_ != voice) {
    if (blank_.voice != voice) blank_ = {.voice = voice};
    if (text.find_first_not_of(kBlanks) == std::string_view::npos) {
      blank_.text += text;
      return;
    }
    held = std::exchange(blank_.text, {});
    held += text;
    text = held;
    open_voice_ = voice;
  }
  said_bytes_ += text.size();
  if (voice == Voice::text) {
    stream_.text(text);
    said_text_ = true;
  } else {
    stream_.thinking(text);
  }
}

void ChatDecoder::start_message() {
  if (stream_.started()) return;
  Usage estimate;
  estimate.input_tokens = context_.prompt_tokens_estimate;
  stream_.start(context_.message_id, context_.model, estimate);
}

// Some models end in a call before they end their reasoning. Who has said nothing else means it.
void ChatDecoder::settle_held_text() {
  if (!is_rescuing()) return;
  const StopReason reason = stop_reason();
  const bool is_whole = reason != StopReason::max_tokens && reason != StopReason::refusal;
  const TextOutcome outcome = is_whole ? TextOutcome::whole : TextOutcome::cut;
  rescue_.finish(outcome);
  reasoning_rescue_.finish(outcome);
  if (said_text_ || has_calls() || !is_whole) return;
  for (const RescuedCall& call : reasoning_calls_.at_the_end()) on_call(call);
}

void ChatDecoder::close_message() {
  start_message();
  settle_held_text();
  if (!calls_.finish()) return fail(bad_gateway("the model server sent a tool call without a name"));
  open_voice_.reset();
  for (const Spoken& spoken : std::exchange(behind_calls_, {})) {
    if (spoken.call) {
      say_call(*spoken.call);
    } else {
      say(spoken.voice, spoken.text);
    }
  }
  const StopReason reason = stop_reason();
  stream_.finish(reason, matched_stop_, usage());
  state_ = State::closed;
}

StopReason ChatDecoder::stop_reason() const {
  if (refused_ || finish_reason_ == "content_filter") return StopReason::refusal;
  if (finish_reason_ == "length" || finish_reason_ == "max_tokens") return StopReason::max_tokens;
  if (has_calls()) return StopReason::tool_use;
  const bool is_asked_for =
      std::ranges::find(context_.stop_sequences, matched_stop_) != context_.stop_sequences.end();
  return is_asked_for && !matched_stop_.empty() ? StopReason::stop_sequence : StopReason::end_turn;
}

Usage ChatDecoder::usage() const {
  const std::uint64_t prompt = report_.prompt_tokens.value_or(context_.prompt_tokens_estimate);
  const std::uint64_t cached = std::min(report_.cached_tokens.value_or(0), prompt);
  const auto said = static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(said_bytes_ + calls_.bytes()) / kBytesPerOutputToken));
  Usage usage;
  usage.input_tokens = prompt - cached;
  if (report_.cached_tokens) usage.cache_read_input_tokens = cached;
  usage.output_tokens = report_.output_tokens.value_or(std::max<std::uint64_t>(1, said));
  return usage;
}

void ChatDecoder::fail(ApiError error) {
  state_ = State::failed;
  if (stream_.started()) {
    if (is_rescuing()) rescue_.finish(TextOutcome::cut);
    stream_.error(error.json());
  } else {
    error_ = std::move(error);
  }
}

std::unique_ptr<ReplyDecoder> make_chat_decoder(DecoderContext context, std::string_view content_type,
                                                MessageStream& stream) {
  return std::make_unique<ChatDecoder>(std::move(context), content_type, stream);
}

}  // namespace anyclaude
