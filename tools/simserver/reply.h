// What the model is going to say, decided before it begins to speak.
#pragma once

#include <string>
#include <vector>

#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

struct Reply {
  std::string thinking;
  std::string text;
  std::vector<ToolCall> tool_calls;
  std::string fault;  // in the words of parse_fault(); empty for none
};

}  // namespace anyclaude::sim
