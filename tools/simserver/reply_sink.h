// Where a generation goes, token by token.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude::sim {

// What is known when the prompt has been read.
struct PromptReport {
  std::string digest;
  std::size_t prompt_tokens = 0;
  std::size_t reused_tokens = 0;  // of them, found in the slot
  double prefill_ms = 0;          // nominal: tokens read over the configured speed
  int slot = 0;
};

struct PrefillProgress {
  std::size_t total = 0;
  std::size_t reused = 0;
  std::size_t processed = 0;  // reused ones included
};

enum class FinishReason { end_of_turn, length, stop_sequence, tool_calls };

struct GenerationReport {
  FinishReason reason = FinishReason::end_of_turn;
  std::string stop_sequence;
  std::size_t tokens = 0;
  double decode_ms = 0;  // nominal
};

// Called in this order: progress() any number of times, begin(), then thinking, text and tool calls, then
// finish(). An error means that the client has gone; the engine then stops.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual Status progress(const PrefillProgress& progress) = 0;
  virtual Status begin(const PromptReport& report) = 0;
  virtual Status thinking(std::string_view piece) = 0;
  virtual Status text(std::string_view piece) = 0;
  virtual Status begin_tool_call(std::size_t index, std::string_view name) = 0;
  virtual Status tool_arguments(std::size_t index, std::string_view piece) = 0;
  virtual Status finish(const GenerationReport& report) = 0;
};

}  // namespace anyclaude::sim
