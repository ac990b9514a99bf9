// `USE Read <path>` in a prompt makes the simulated model call the tool, so that a real client can be led
// through a tool loop without a script.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

struct UseLine {
  std::string tool;
  std::string argument;  // the rest of the line
};

// Every `USE <word> <rest of line>` in the text, anywhere in a line.
std::vector<UseLine> find_use_lines(std::string_view text);

// The call that is next: the newest user text with such lines is the plan, and each tool result behind it has
// done one of them. Nothing when the plan is done or the tool is not offered. An Edit is `USE Edit <path>
// <old> => <new>`, a Write `USE Write <path> <content>`; Task and Agent are one tool; a tool this does not
// know gets arguments that fit its schema.
std::optional<ToolCall> next_planned_call(const ChatRequest& request);

}  // namespace anyclaude::sim
