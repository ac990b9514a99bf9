// Takes the tool calls out of an answer's text that a model wrote there or a server left there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "backend/tool_calls/tool_call_formats.h"
#include "backend/tool_calls/tool_call_markers.h"

namespace anyclaude {

class ToolCallSink {
 public:
  virtual ~ToolCallSink() = default;
  virtual void on_text(std::string_view text) = 0;
  // Reasoning that was framed inside of the text.
  virtual void on_thinking(std::string_view text) = 0;
  virtual void on_call(const RescuedCall& call) = 0;
};

// How the text ended: as its author meant it to, or before that (a limit of tokens, something that
// interrupts).
enum class TextOutcome { whole, cut };

// Text goes on to the sink as it comes, but for what may be the beginning of a call: that is held until it is
// known to be one, and goes on untouched when it is none. What comes out does not depend on how the text was
// split. docs/tool_calls.md says what is a call. Not thread-safe.
class ToolCallRescue {
 public:
  ToolCallRescue(OfferedTools& tools, ToolCallSink& sink) : tools_(tools), memory_(tools), sink_(sink) {}

  void feed(std::string_view text);
  // Settles what is held. After `cut` further text may be fed.
  void finish(TextOutcome outcome);

  // An answer that has made a proper call is more than the JSON of calls.
  void note_proper_call() { markers_.pass_call(); }
  std::size_t held_bytes() const { return held_.size(); }

 private:
  enum class Progress { again, wait };
  void look_again();
  // Returns what is to be held.
  std::string_view run(std::string_view text, TextEnd end);
  Progress advance(std::string_view& text, TextEnd end);
  Progress find_marker(std::string_view& text, TextEnd end);
  Progress read_call(std::string_view& text, TextEnd end);
  void accept(std::string_view& text, const ToolCallReading& reading);
  void reject(std::string_view& text, std::size_t bytes_read);
  void say(std::string_view text);
  void flush();
  void pass_on(std::string_view text);

  OfferedTools& tools_;
  ToolCallMemory memory_;
  ToolCallSink& sink_;
  ToolCallMarkers markers_;
  std::string held_;
  std::size_t look_at_size_ = 0;  // of `held_`, before which a call that has begun is not looked at again
  std::optional<ToolCallFormat> format_;  // of the call that `held_` may begin with
  bool may_change_voice_ = false;         // where that call began
  HarmonyVoice voice_ = HarmonyVoice::text;
  bool harmony_ = false;
  std::size_t long_mistakes_ = 0;
  std::string said_;  // waits for the end of this call of feed(), so that it goes out in one piece
};

}  // namespace anyclaude
