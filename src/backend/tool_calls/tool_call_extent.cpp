#include "backend/tool_calls/tool_call_extent.h"

#include <algorithm>
#include <array>

namespace anyclaude {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

bool is_name_member(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kNames{"name", "tool_name", "tool", "function"};
  return is_one_of(kNames, key);
}

bool is_arguments_member(std::string_view key) {
  static constexpr std::array<std::string_view, 5> kNames{"arguments", "parameters", "args", "input",
                                                          "tool_input"};
  return is_one_of(kNames, key);
}

bool is_call_member(std::string_view key) {
  static constexpr std::array<std::string_view, 3> kNames{"id", "type", "call_id"};
  return is_name_member(key) || is_arguments_member(key) || is_one_of(kNames, key);
}

void ToolCallExtent::read(std::string_view text) {
  while (at_ < text.size() && !ended_ && !hopeless_) {
    if (quote_ == '\0' && !end_marker_.empty() && text[at_] == end_marker_[0]) {
      const std::string_view rest = text.substr(at_);
      if (rest.starts_with(end_marker_)) {
        ended_ = true;
        end_ = at_;
        return;
      }
      if (end_marker_.starts_with(rest)) return;
    }
    step(text);
  }
}

void ToolCallExtent::step(std::string_view text) {
  const char c = text[at_++];
  if (quote_ != '\0') {
    if (!escaped_ && c == quote_) {
      quote_ = '\0';
      on_string(text.substr(string_begin_, at_ - 1 - string_begin_));
    }
    escaped_ = !escaped_ && c == '\\';
    return;
  }
  if (is_blank(c)) return;
  const bool opens_value = last_ == '{' || last_ == '[' || last_ == ',' || last_ == ':';
  if (c == '"' || (c == '\'' && opens_value)) {
    quote_ = c;
    escaped_ = false;
    string_begin_ = at_;
  } else if (c == '{' || c == '[' || c == '}' || c == ']') {
    on_bracket(c);
  } else {
    on_other(c);
  }
  last_ = c;
}

void ToolCallExtent::on_bracket(char bracket) {
  if (bracket == '{' || bracket == '[') {
    if (depth_ == 0 && bracket == '[') {
      member_depth_ = 2;
      if (shape_ == ValueShape::arguments) hopeless_ = true;
    }
    // A list of calls holds objects and nothing else.
    if (shape_ == ValueShape::call && is_between_calls() && bracket == '[') hopeless_ = true;
    ++depth_;
    if (is_member_level()) expects_key_ = bracket == '{';
    return;
  }
  if (depth_ == 0) return;
  expects_key_ = false;
  if (--depth_ > 0) return;
  if (whole_end_ == 0) whole_end_ = at_;
  if (!end_marker_.empty()) return;
  ended_ = true;
  end_ = at_;
}

void ToolCallExtent::on_other(char c) {
  const bool ends_member = c == ',';
  if (shape_ == ValueShape::call && !ends_member && is_between_calls()) hopeless_ = true;
  if (shape_ == ValueShape::call && c != ':' && expects_key_) hopeless_ = true;
  if (c == ':' || ends_member) expects_key_ = ends_member && is_member_level();
}

void ToolCallExtent::on_string(std::string_view string) {
  last_ = '"';
  if (shape_ != ValueShape::call) return;
  if (is_between_calls()) hopeless_ = true;
  if (!is_member_level()) return;
  if (expects_key_) {
    key_ = string;
    if (!is_call_member(key_)) hopeless_ = true;
  } else if (is_name_member(key_) && !tools_.find(string)) {
    hopeless_ = true;
  }
}

}  // namespace anyclaude
