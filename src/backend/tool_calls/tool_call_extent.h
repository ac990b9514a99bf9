// Where a JSON value ends that comes in pieces, and whether it can still become a tool call.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "backend/tool_calls/tool_call_offers.h"

namespace anyclaude {

// What the value has to be.
enum class ValueShape {
  arguments,  // any object
  call,       // an object that names a tool, or a list of such objects
};

// Reads each byte once. Takes strings in single quotes too, and values whose brackets do not match: those are
// for a repair to judge. Not thread-safe.
class ToolCallExtent {
 public:
  // `end_marker` is what the format writes behind the value; it ends the value wherever it stands outside of
  // a string. When it is empty the value ends with its last bracket.
  ToolCallExtent(ValueShape shape, std::string_view end_marker, const OfferedTools& tools)
      : shape_(shape), end_marker_(end_marker), tools_(tools) {}

  // `text` begins with the value and is what the last call saw, and more.
  void read(std::string_view text);

  std::size_t bytes_read() const { return at_; }
  bool has_ended() const { return ended_; }
  // It names no tool on offer, or has a member that no call has: more text will not help.
  bool is_hopeless() const { return hopeless_; }
  // Behind the value: the end marker's place where there is one.
  std::size_t end() const { return end_; }
  // Every bracket that was opened is closed. With an end marker the value may be whole before it has ended.
  bool is_whole() const { return whole_end_ > 0; }
  std::size_t whole_end() const { return whole_end_; }

 private:
  void step(std::string_view text);
  void on_bracket(char bracket);
  void on_string(std::string_view string);
  void on_other(char c);
  bool is_member_level() const { return depth_ == member_depth_; }
  // Directly inside of a list of calls.
  bool is_between_calls() const { return member_depth_ == 2 && depth_ == 1; }

  const ValueShape shape_;
  const std::string_view end_marker_;
  const OfferedTools& tools_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t member_depth_ = 1;  // of the members of a call
  char quote_ = '\0';
  bool escaped_ = false;
  std::size_t string_begin_ = 0;
  char last_ = '\0';  // that was not blank and stood outside of strings
  std::string key_;
  bool expects_key_ = false;
  bool ended_ = false;
  bool hopeless_ = false;
  std::size_t end_ = 0;
  std::size_t whole_end_ = 0;
};

// How a call's members may be called.
bool is_name_member(std::string_view key);
bool is_arguments_member(std::string_view key);
bool is_call_member(std::string_view key);

}  // namespace anyclaude
