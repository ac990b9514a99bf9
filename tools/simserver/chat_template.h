// Turns a request into the one text the model reads.
#pragma once

#include <string>
#include <string_view>

#include "messages/request/template_order.h"
#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

// Ends every turn.
inline constexpr std::string_view kEndOfTurn = "<|im_end|>";

// ChatML with tools, as Qwen models speak it. System messages in mid-conversation stay where they stand.
// Tool ids are not shown; thinking is.
std::string render_prompt(const ChatRequest& request, TemplateOrder order);

// How thinking and tool calls look in a turn, both while they are generated and later in the history. Between
// opening and closing of a call stand its arguments.
std::string thinking_markup(std::string_view thinking);
// Behind a line end when anything stands before it in the turn.
std::string tool_call_opening(std::string_view name);
inline constexpr std::string_view kToolCallClosing = "}\n</tool_call>";

// Names the template, for /props. Another order is another template.
std::string template_source(TemplateOrder order);

}  // namespace anyclaude::sim
