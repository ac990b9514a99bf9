// Hears the arguments of tool calls as they stream by, in the very words of the model.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/events/message_event.h"

namespace anyclaude {

// Not thread-safe.
class ArgumentListener {
 public:
  struct Heard {
    std::string tool_use_id;
    std::string text;
  };

  void on_event(const MessageEvent& event);
  // The calls heard so far, in order.
  const std::vector<Heard>& heard() const { return heard_; }

 private:
  std::vector<Heard> heard_;
  bool open_ = false;  // whether the current block is a tool call
};

}  // namespace anyclaude
