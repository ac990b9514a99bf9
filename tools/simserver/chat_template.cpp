#include "tools/simserver/chat_template.h"

namespace anyclaude::sim {
namespace {

constexpr std::string_view kStartOfTurn = "<|im_start|>";
constexpr std::string_view kToolsIntroduction =
    "# Tools\n\nYou may call one or more functions. They are declared here, one to a line.\n<tools>";
constexpr std::string_view kToolsConclusion =
    "\n</tools>\n\nTo call a function, answer with a JSON object in these tags:\n<tool_call>\n"
    "{\"name\": <function-name>, \"arguments\": <arguments-object>}\n</tool_call>";

// The system messages the request opens with are one system turn.
std::size_t count_opening_system_messages(const ChatRequest& request) {
  std::size_t count = 0;
  while (count < request.messages.size() && request.messages[count].speaker == Speaker::system) ++count;
  return count;
}

std::string render_tools(const ChatRequest& request) {
  std::string out{kToolsIntroduction};
  for (const OfferedTool& tool : request.tools) {
    out += '\n';
    out += spaced_json(tool.declaration);
  }
  out += kToolsConclusion;
  return out;
}

std::string render_system_turn(const ChatRequest& request, std::size_t system_messages, TemplateOrder order) {
  std::string system;
  for (std::size_t i = 0; i < system_messages; ++i) {
    if (!system.empty()) system += '\n';
    system += request.messages[i].text();
  }
  if (system.empty() && request.tools.empty()) return {};
  std::string tools = request.tools.empty() ? std::string() : render_tools(request);
  std::string_view first = system;
  std::string_view second = tools;
  if (order == TemplateOrder::tools_first) std::swap(first, second);

  std::string out{kStartOfTurn};
  out += "system\n";
  out += first;
  if (!first.empty() && !second.empty()) out += "\n\n";
  out += second;
  out += kEndOfTurn;
  out += '\n';
  return out;
}

std::string render_assistant_text(const ChatMessage& message) {
  std::string out;
  if (!message.thinking.empty()) out += thinking_markup(message.thinking);
  const std::string text = message.text();
  out += text;
  for (const ToolCall& call : message.tool_calls) {
    if (!text.empty() || &call != &message.tool_calls.front()) out += '\n';
    out += tool_call_opening(call.name);
    out += call.arguments;
    out += kToolCallClosing;
  }
  return out;
}

std::string_view name_of(Speaker speaker) {
  switch (speaker) {
    case Speaker::system:
      return "system";
    case Speaker::assistant:
      return "assistant";
    case Speaker::user:
    case Speaker::tool:
      break;
  }
  return "user";  // tool results are shown in user turns
}

// Tool results that follow each other share one turn.
void append_tool_results(std::string& out, const ChatRequest& request, std::size_t& next) {
  out += kStartOfTurn;
  out += "user";
  while (next < request.messages.size() && request.messages[next].speaker == Speaker::tool) {
    out += "\n<tool_response>\n" + request.messages[next].text() + "\n</tool_response>";
    ++next;
  }
  out += kEndOfTurn;
  out += '\n';
}

bool is_prefill(const ChatMessage& message) {
  return message.speaker == Speaker::assistant && message.tool_calls.empty();
}

}  // namespace

std::string thinking_markup(std::string_view thinking) {
  return "<think>\n" + std::string(thinking) + "\n</think>\n\n";
}

std::string tool_call_opening(std::string_view name) {
  return "<tool_call>\n{\"name\": " + json_text(Json(std::string(name))) + ", \"arguments\": ";
}

std::string render_prompt(const ChatRequest& request, TemplateOrder order) {
  std::size_t next = count_opening_system_messages(request);
  std::string out = render_system_turn(request, next, order);
  while (next < request.messages.size()) {
    const ChatMessage& message = request.messages[next];
    if (message.speaker == Speaker::tool) {
      append_tool_results(out, request, next);
      continue;
    }
    ++next;
    out += kStartOfTurn;
    out += name_of(message.speaker);
    out += '\n';
    out += message.speaker == Speaker::assistant ? render_assistant_text(message) : message.text();
    // An assistant message at the end is the beginning of the answer: its turn stays open.
    if (next == request.messages.size() && is_prefill(message)) return out;
    out += kEndOfTurn;
    out += '\n';
  }
  out += kStartOfTurn;
  out += "assistant\n";
  return out;
}

std::string template_source(TemplateOrder order) {
  const std::string system = "{{ system }}";
  const std::string tools = "{% for tool in tools %}{{ tool | tojson }}{% endfor %}";
  return "<|im_start|>system\n" + (order == TemplateOrder::tools_last ? system + tools : tools + system) +
         "<|im_end|>\n{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
         "{% for call in message.tool_calls %}<tool_call>{{ call | tojson }}</tool_call>{% endfor %}"
         "<|im_end|>\n{% endfor %}<|im_start|>assistant\n";
}

}  // namespace anyclaude::sim
