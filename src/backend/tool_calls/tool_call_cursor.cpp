#include "backend/tool_calls/tool_call_cursor.h"

#include <algorithm>
#include <cctype>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == ':';
}

std::size_t behind_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

}  // namespace

ToolCallExtent& ToolCallMemory::extent_at(std::size_t at, ValueShape shape, std::string_view end_marker) {
  return extents_.try_emplace(at, shape, end_marker, tools_).first->second;
}

std::size_t& ToolCallMemory::search_from(std::size_t at) {
  return searches_.try_emplace(at, at).first->second;
}

void ToolCallMemory::forget() {
  extents_.clear();
  searches_.clear();
}

void ToolCallCursor::stop(State state) {
  if (is_reading()) state_ = state;
}

void ToolCallCursor::stop_for_text() {
  looked_at_ = text_.size();
  stop(end_ == TextEnd::open ? State::needs_more : State::is_no_call);
}

std::string_view ToolCallCursor::refuse_value(const ToolCallExtent& extent) {
  looked_at_ = at_ + extent.bytes_read();
  refuse();
  return {};
}

ToolCallCursor::Match ToolCallCursor::match(std::size_t at, std::string_view literal) const {
  const std::string_view rest = text_.substr(std::min(at, text_.size()));
  if (rest.starts_with(literal)) return Match::yes;
  return end_ == TextEnd::open && literal.starts_with(rest) ? Match::unknown : Match::no;
}

ToolCallCursor::Match ToolCallCursor::match_any(std::size_t at,
                                                std::initializer_list<std::string_view> literals) const {
  Match found = Match::no;
  for (const std::string_view literal : literals) {
    const Match matched = match(at, literal);
    if (matched == Match::yes) return matched;
    if (matched == Match::unknown) found = matched;
  }
  return found;
}

void ToolCallCursor::expect(std::string_view literal) {
  if (!next_is(literal)) refuse();
}

bool ToolCallCursor::next_is(std::string_view literal) {
  if (!is_reading()) return false;
  switch (match(at_, literal)) {
    case Match::yes:
      at_ += literal.size();
      return true;
    case Match::no:
      return false;
    case Match::unknown:
      stop(State::needs_more);
      return false;
  }
  return false;
}

void ToolCallCursor::expect_closing(std::string_view literal) {
  if (!is_at_end()) expect(literal);
}

void ToolCallCursor::skip_trailer(std::string_view literal) {
  const std::size_t begin = at_;
  skip_blanks();
  if (!is_at_end() && next_is(literal)) return;
  if (is_reading()) at_ = begin;
}

char ToolCallCursor::peek() {
  if (!is_reading()) return '\0';
  if (at_ < text_.size()) return text_[at_];
  stop_for_text();
  return '\0';
}

void ToolCallCursor::skip_blanks() {
  if (is_reading()) at_ = behind_blanks(text_, at_);
}

bool ToolCallCursor::is_at_end() {
  if (!is_reading() || at_ < text_.size()) return false;
  if (end_ == TextEnd::open) stop(State::needs_more);
  return end_ == TextEnd::closed;
}

std::string_view ToolCallCursor::tool_name() {
  if (!is_reading()) return {};
  std::size_t end = at_;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  if (end - at_ > limits::kToolCallNameBytesMax) return refuse(), std::string_view();
  if (end == text_.size()) return stop_for_text(), std::string_view();
  const std::string_view name = text_.substr(at_, end - at_);
  if (!memory_.tools().find(name)) return refuse(), std::string_view();
  at_ = end;
  return name;
}

std::string_view ToolCallCursor::until(std::string_view literal, std::size_t bytes_max) {
  if (!is_reading()) return {};
  const std::size_t found = text_.substr(0, at_ + bytes_max + literal.size()).find(literal, at_);
  if (found != std::string_view::npos) {
    const std::string_view before = text_.substr(at_, found - at_);
    at_ = found + literal.size();
    return before;
  }
  if (text_.size() - at_ >= bytes_max + literal.size()) {
    refuse();
  } else {
    stop_for_text();
  }
  return {};
}

std::string_view ToolCallCursor::value(ValueShape shape) {
  const char first = peek();
  if (!is_reading()) return {};
  if (first != '{' && first != '[') return refuse(), std::string_view();
  ToolCallExtent& extent = memory_.extent_at(at_, shape, {});
  extent.read(text_.substr(at_));
  if (extent.is_hopeless()) return refuse_value(extent);
  if (!extent.has_ended()) return stop_for_text(), std::string_view();
  const std::string_view found = text_.substr(at_, extent.end());
  at_ += extent.end();
  return found;
}

std::string_view ToolCallCursor::value_before(std::string_view marker, ValueShape shape) {
  const char first = peek();
  if (!is_reading()) return {};
  if (first != '{' && first != '[') return refuse(), std::string_view();
  ToolCallExtent& extent = memory_.extent_at(at_, shape, marker);
  const std::string_view rest = text_.substr(at_);
  extent.read(rest);
  if (extent.is_hopeless()) return refuse_value(extent);
  if (extent.has_ended()) {
    at_ += extent.end() + marker.size();
    return rest.substr(0, extent.end());
  }
  if (end_ == TextEnd::open) return stop_for_text(), std::string_view();
  const bool nothing_else = extent.is_whole() && behind_blanks(rest, extent.whole_end()) == rest.size();
  if (!nothing_else) return refuse_value(extent);
  at_ = text_.size();
  return rest.substr(0, extent.whole_end());
}

std::string_view ToolCallCursor::until_closing(std::string_view literal) {
  if (!is_reading()) return {};
  std::size_t& from = memory_.search_from(at_);
  const std::size_t found = text_.find(literal, from);
  if (found == std::string_view::npos && end_ == TextEnd::open) {
    from = std::max(from, text_.size() - std::min(text_.size(), literal.size() - 1));
    return stop_for_text(), std::string_view();
  }
  const std::size_t end = std::min(found, text_.size());
  const std::string_view before = text_.substr(at_, end - at_);
  at_ = std::min(end + literal.size(), text_.size());
  return before;
}

std::string_view ToolCallCursor::free_text(std::string_view closer,
                                           std::initializer_list<std::string_view> followers) {
  if (!is_reading()) return {};
  std::size_t& from = memory_.search_from(at_);
  for (;;) {
    const std::size_t found = text_.find(closer, from);
    if (found == std::string_view::npos) {
      // The closer may have begun.
      from = std::max(from, text_.size() - std::min(text_.size(), closer.size() - 1));
      return stop_for_text(), std::string_view();
    }
    from = found;
    const std::size_t behind = behind_blanks(text_, found + closer.size());
    const bool at_end = behind == text_.size();
    const Match follower = at_end && end_ == TextEnd::closed ? Match::yes : match_any(behind, followers);
    if (follower == Match::unknown) return stop(State::needs_more), std::string_view();
    if (follower == Match::yes) {
      const std::string_view value = text_.substr(at_, found - at_);
      at_ = found + closer.size();
      return value;
    }
    from = found + 1;
  }
}

}  // namespace anyclaude
