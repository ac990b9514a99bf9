// Reading text of which the end has not come yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <string_view>

#include "backend/tool_calls/tool_call_extent.h"

namespace anyclaude {

// Whether more text may follow.
enum class TextEnd { open, closed };

// What was found out about the long pieces of the text that is held, so that reading it again and again, each
// time with a little more at its end, reads each byte of a long piece once.
class ToolCallMemory {
 public:
  explicit ToolCallMemory(OfferedTools& tools) : tools_(tools) {}

  OfferedTools& tools() { return tools_; }
  ToolCallExtent& extent_at(std::size_t at, ValueShape shape, std::string_view end_marker);
  // Where a search that began at `at` goes on.
  std::size_t& search_from(std::size_t at);
  void forget();

 private:
  OfferedTools& tools_;
  std::map<std::size_t, ToolCallExtent> extents_;
  std::map<std::size_t, std::size_t> searches_;
};

// Walks over the text held. As soon as a step needs text that has not come, or meets text that no call has,
// it stands still and every later step does nothing: a reader is written straight down, as if all text were
// there. Strings it returns live as long as the text.
class ToolCallCursor {
 public:
  enum class State { reading, needs_more, is_no_call };

  ToolCallCursor(ToolCallMemory& memory, std::string_view text, TextEnd end)
      : memory_(memory), text_(text), end_(end) {}

  State state() const { return state_; }
  bool is_reading() const { return state_ == State::reading; }
  std::size_t at() const { return at_; }
  // How far the text was looked at.
  std::size_t looked_at() const { return std::max(at_, looked_at_); }
  void refuse() { stop(State::is_no_call); }

  void expect(std::string_view literal);
  // Steps over the literal if it is next.
  bool next_is(std::string_view literal);
  // As expect(); where the text has closed it need not be there: servers keep the words they stop at.
  void expect_closing(std::string_view literal);
  // Steps over blanks and the literal if that is what follows, else over nothing.
  void skip_trailer(std::string_view literal);
  // The byte that is next; 0 when there is none (yet).
  char peek();
  void skip_blanks();
  // Whether nothing follows and nothing will.
  bool is_at_end();

  // A run of the characters of names which means a tool on offer.
  std::string_view tool_name();
  // What stands before the literal, of at most `bytes_max`; steps over both.
  std::string_view until(std::string_view literal, std::size_t bytes_max);
  // A value that ends with its last bracket.
  std::string_view value(ValueShape shape);
  // A value with all that stands before `marker`, which is stepped over. Where the text has closed the marker
  // need not be there if the value is whole.
  std::string_view value_before(std::string_view marker, ValueShape shape);
  // What stands before the literal, or all of the text where that has closed; steps over both.
  std::string_view until_closing(std::string_view literal);
  // Free text up to a `closer` behind which, blanks aside, one of the followers stands (or the text ends, if
  // it has closed): a closer anywhere else belongs to the text. Steps over the closer.
  std::string_view free_text(std::string_view closer, std::initializer_list<std::string_view> followers);

 private:
  enum class Match { yes, no, unknown };
  Match match(std::size_t at, std::string_view literal) const;
  Match match_any(std::size_t at, std::initializer_list<std::string_view> literals) const;
  void stop(State state);
  void stop_for_text();
  std::string_view refuse_value(const ToolCallExtent& extent);

  ToolCallMemory& memory_;
  const std::string_view text_;
  const TextEnd end_;
  std::size_t at_ = 0;
  std::size_t looked_at_ = 0;
  State state_ = State::reading;
};

}  // namespace anyclaude
