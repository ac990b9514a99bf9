// What a server says in an answer, on its way into the message that the client gets. Every dialect's decoder
// speaks through it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/dialect/reply_decoder.h"
#include "backend/tool_calls/hold_pings.h"
#include "backend/tool_calls/tool_call_collector.h"
#include "backend/tool_calls/tool_call_rescue.h"

namespace anyclaude {

// Remembers the call with which reasoning ended.
class ReasoningCalls final : public ToolCallSink {
 public:
  void on_text(std::string_view text) override;
  void on_thinking(std::string_view text) override { on_text(text); }
  void on_call(const RescuedCall& call) override { calls_.push_back(call); }
  const std::vector<RescuedCall>& at_the_end() const { return calls_; }

 private:
  std::vector<RescuedCall> calls_;
};

// Takes the calls out of the text that a model wrote there (docs/tool_calls.md; with RescueMode::off it
// changes nothing), leaves out blocks of nothing but white space, and holds text that comes while a call is
// open until that call is whole. What comes out does not depend on how text was split. Not thread-safe.
class ReplyAssembler final : private ToolCallSink {
 public:
  // `context` and `stream` must live as long.
  ReplyAssembler(const DecoderContext& context, MessageStream& stream);

  // Begins the message, if it has not begun; every other call does so by itself.
  void start();
  void text(std::string_view piece);
  void thinking(std::string_view piece);
  void call(const ToolCallPiece& piece);
  // The calls so far are whole. Errors are those of ToolCallCollector::finish().
  Status end_calls();

  // Says all that is held. `outcome` is whether the model ended the answer itself. Errors as end_calls().
  Status finish(TextOutcome outcome);
  // The reply failed: held text goes out as it is.
  void break_off();

  bool has_calls() const { return calls_.any() || rescued_calls_; }
  bool said_anything() const { return said_bytes_ > 0 || has_calls() || rescue_.held_bytes() > 0; }
  std::size_t bytes() const { return said_bytes_ + calls_.bytes(); }

 private:
  enum class Voice { text, thinking };
  struct Spoken {
    Voice voice = Voice::text;
    std::string text = {};
    std::optional<RescuedCall> call = std::nullopt;  // instead of text
  };

  void on_text(std::string_view text) override { speak(Voice::text, text); }
  void on_thinking(std::string_view text) override { speak(Voice::thinking, text); }
  void on_call(const RescuedCall& call) override;
  void settle_held_text(TextOutcome outcome);
  void speak(Voice voice, std::string_view text);
  void say(Voice voice, std::string_view text);
  void say_call(const RescuedCall& call);
  bool is_rescuing() const { return context_.rescue == RescueMode::on; }

  const DecoderContext& context_;
  MessageStream& stream_;
  OfferedTools tools_;
  ToolCallCollector calls_;
  ToolCallRescue rescue_;
  ReasoningCalls reasoning_calls_;
  ToolCallRescue reasoning_rescue_;
  HoldPings pings_;
  std::size_t said_bytes_ = 0;
  bool said_text_ = false;
  bool rescued_calls_ = false;
  // White space that begins a block waits here: a block of nothing else is not worth having, and Anthropic
  // refuses such blocks in a history.
  Spoken blank_;
  std::optional<Voice> open_voice_;
  std::vector<Spoken> behind_calls_;  // said while a call was open
};

}  // namespace anyclaude
