// Finds where, in text that comes in pieces, a tool call could begin.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "backend/tool_calls/tool_call_formats.h"

namespace anyclaude {

// What a marker begins or ends.
enum class MarkerKind {
  call,
  think_begin,  // reasoning that the server left in the text
  think_end,
  harmony_end,  // of one of Harmony's messages
};

struct MarkerHit {
  std::size_t at = 0;      // the text before it holds no marker
  bool is_certain = true;  // else the text ends inside of what may be one
  MarkerKind kind = MarkerKind::call;
  ToolCallFormat format = ToolCallFormat::bare;
  std::string_view marker = {};
};

// What is quoted is no call: inside a code fence, inside a code span, or right behind a quotation mark. Not
// thread-safe.
class ToolCallMarkers {
 public:
  ToolCallMarkers();

  // The first place in `text`, which follows what was passed so far. Passes what stands before it.
  std::optional<MarkerHit> find(std::string_view text);
  // This text turned out to be text.
  void pass(std::string_view text);
  // A call, or a message's head, was cut out here.
  void pass_call();

  // What was open in the text in front of the answer is forgotten.
  void begin_answer();
  // Nothing but white space so far.
  bool is_at_answer_start() const { return at_answer_start_; }

  // Where only these marks are looked for: in reasoning, whatever frames it.
  enum class Region { text, think, harmony_thinking };
  void enter(Region region) { region_ = region; }
  // From here on Harmony's end marks count.
  void expect_harmony() { harmony_ = true; }

 private:
  void pass(char c);
  void end_ticks(char next);
  bool is_quoted() const;
  std::optional<MarkerHit> match(std::string_view text) const;
  bool may_stand_here(std::size_t marker) const;

  std::array<bool, 256> may_begin_{};
  Region region_ = Region::text;
  bool harmony_ = false;
  bool at_answer_start_ = true;
  bool at_line_start_ = true;
  char last_ = '\0';
  std::size_t ticks_ = 0;  // of the run of backticks that is being passed
  bool ticks_begin_line_ = false;
  std::size_t span_ticks_ = 0;   // of the code span that is open
  std::size_t fence_ticks_ = 0;  // of the code fence that is open
  bool fence_line_ = false;      // the line that opened it has not ended
};

}  // namespace anyclaude
