#include "backend/dialect/reply_assembler.h"

#include <utility>

#include "base/random_id.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

void ReasoningCalls::on_text(std::string_view text) {
  if (text.find_first_not_of(kBlanks) != std::string_view::npos) calls_.clear();
}

ReplyAssembler::ReplyAssembler(const DecoderContext& context, MessageStream& stream)
    : context_(context),
      stream_(stream),
      tools_(context.tools),
      calls_(stream, is_rescuing() ? &tools_ : nullptr),
      rescue_(tools_, *this),
      reasoning_rescue_(tools_, reasoning_calls_) {}

void ReplyAssembler::start() {
  if (stream_.started()) return;
  Usage estimate;
  estimate.input_tokens = context_.prompt_tokens_estimate;
  stream_.start(context_.message_id, context_.model, estimate);
}

void ReplyAssembler::text(std::string_view piece) {
  if (piece.empty()) return;
  start();
  if (!is_rescuing()) return speak(Voice::text, piece);
  rescue_.feed(piece);
  pings_.note(rescue_.held_bytes(), stream_);
}

void ReplyAssembler::thinking(std::string_view piece) {
  if (piece.empty()) return;
  start();
  if (is_rescuing()) {
    rescue_.finish(TextOutcome::cut);
    reasoning_rescue_.feed(piece);
  }
  speak(Voice::thinking, piece);
}

void ReplyAssembler::call(const ToolCallPiece& piece) {
  start();
  if (is_rescuing()) {
    rescue_.finish(TextOutcome::cut);
    rescue_.note_proper_call();
  }
  open_voice_.reset();
  blank_.text.clear();
  calls_.feed(piece);
}

Status ReplyAssembler::end_calls() {
  if (Status status = calls_.finish(); !status) return status;
  open_voice_.reset();
  for (const Spoken& spoken : std::exchange(behind_calls_, {})) {
    if (spoken.call) {
      say_call(*spoken.call);
    } else {
      say(spoken.voice, spoken.text);
    }
  }
  return {};
}

Status ReplyAssembler::finish(TextOutcome outcome) {
  start();
  if (is_rescuing()) settle_held_text(outcome);
  return end_calls();
}

void ReplyAssembler::break_off() {
  if (is_rescuing()) rescue_.finish(TextOutcome::cut);
}

// Some models end in a call before they end their reasoning. Who has said nothing else means it.
void ReplyAssembler::settle_held_text(TextOutcome outcome) {
  rescue_.finish(outcome);
  reasoning_rescue_.finish(outcome);
  if (said_text_ || has_calls() || outcome == TextOutcome::cut) return;
  for (const RescuedCall& call : reasoning_calls_.at_the_end()) on_call(call);
}

void ReplyAssembler::speak(Voice voice, std::string_view text) {
  if (calls_.is_between_calls()) return say(voice, text);
  const bool goes_on =
      !behind_calls_.empty() && behind_calls_.back().voice == voice && !behind_calls_.back().call;
  if (goes_on) {
    behind_calls_.back().text += text;
  } else {
    behind_calls_.push_back({voice, std::string(text)});
  }
}

void ReplyAssembler::on_call(const RescuedCall& call) {
  if (calls_.is_between_calls()) return say_call(call);
  behind_calls_.push_back({.call = call});
}

void ReplyAssembler::say_call(const RescuedCall& call) {
  rescued_calls_ = true;
  said_bytes_ += call.input_json.size();
  open_voice_.reset();
  blank_.text.clear();
  stream_.begin_tool_use(random_id("toolu_"), call.name);
  stream_.tool_input(call.input_json);
}

void ReplyAssembler::say(Voice voice, std::string_view text) {
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

}  // namespace anyclaude
