// The arguments of a proper tool call on their way to the client, made to fit while they stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "backend/tool_calls/tool_call_schema.h"

namespace anyclaude {

// A member whose value begins as its schema wants goes on as it comes; one whose value does not is held until
// it is whole, then made to fit if that is lawful, and otherwise goes on as it is. So text in the wrong place
// does not delay text in the right one. Objects and lists are held, for what is inside of them may need a
// change. Text that is no JSON object goes on untouched. Not thread-safe.
class ToolArgumentFitter {
 public:
  // `schema` must live as long; with nullptr everything goes on untouched.
  explicit ToolArgumentFitter(const ToolCallSchema* schema) : schema_(schema) {
    if (!schema_) state_ = State::passing;
  }

  // What may go out now.
  std::string feed(std::string_view piece);
  // What was held of arguments that end too early.
  std::string finish();
  std::size_t held_bytes() const { return lead_.size() + held_.size(); }

 private:
  enum class State {
    before_object,
    before_key,
    key,
    before_colon,
    before_value,
    value,
    behind_value,
    passing
  };

  void step(char c);
  void on_key(char c);
  void begin_value(char c);
  void on_value(char c);
  bool ends_before(char c) const;
  void end_value();
  void on_behind_value(char c);
  void say_lead();
  void give_up(char c);

  const ToolCallSchema* schema_;
  State state_ = State::before_object;
  std::string out_;
  std::string lead_;  // the comma, key and colon in front of a value that nothing is known of yet
  std::string key_;
  bool escaped_ = false;
  bool holds_ = false;
  std::string held_;  // the value, when it is held
  bool in_string_ = false;
  std::size_t depth_ = 0;
  bool is_scalar_ = false;
  bool said_member_ = false;
};

}  // namespace anyclaude
