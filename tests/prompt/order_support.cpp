#include "prompt/order_support.h"

#include <algorithm>

#include "backend/dialect/chat_conversation.h"

namespace anyclaude {
namespace {

class LineGatherer {
 public:
  void text(std::string_view text) {
    for (const std::string_view line : split_lines(text)) lines.emplace_back(line);
  }
  void operator()(const TextBlock& block) { text(block.text); }
  void operator()(const ImageBlock& block) { text(block.data + block.other.text); }
  void operator()(const DocumentBlock& block) {
    text(block.title);
    text(block.context);
    text(block.data + block.other.text);
  }
  void operator()(const ToolUseBlock& block) {
    text(block.name);
    text(block.input.text);
  }
  void operator()(const ToolResultBlock& block) {
    for (const ContentBlock& inner : block.content) std::visit(*this, inner.value);
  }
  void operator()(const ThinkingBlock& block) { text(block.thinking); }
  void operator()(const RedactedThinkingBlock& block) { text(block.data); }
  void operator()(const ToolReferenceBlock& block) { text(block.tool_name); }
  void operator()(const UnknownBlock& block) { text(block.json.text); }

  std::vector<std::string> lines;
};

std::string role_name(ChatRole role) {
  return std::to_string(static_cast<int>(role));
}

}  // namespace

std::string rendered_prompt(const MessagesRequest& request) {
  std::string out;
  for (const TextBlock& block : request.system) out += block.text + '\n';
  for (const Tool& tool : request.tools)
    if (tool.loading == ToolLoading::immediate) out += chat_tool_json(tool) + '\n';
  for (const ChatMessage& message : to_chat_conversation(request)) {
    if (message.role == ChatRole::system) continue;
    out += "<" + role_name(message.role) + ">";
    for (const ChatPart& part : message.parts) out += part.value + "\n\n";
    for (const ChatToolCall& call : message.tool_calls) out += call.name + call.arguments_json;
  }
  return out;
}

std::vector<std::string> sorted_lines(const MessagesRequest& request) {
  LineGatherer gatherer;
  for (const TextBlock& block : request.system) gatherer.text(block.text);
  for (const Tool& tool : request.tools) {
    gatherer.text(tool.name);
    gatherer.text(tool.description);
    gatherer.text(tool.input_schema.text);
  }
  for (const Message& message : request.messages)
    for (const ContentBlock& block : message.content) std::visit(gatherer, block.value);
  std::ranges::sort(gatherer.lines);
  return std::move(gatherer.lines);
}

Json with_turn(Json body, std::string_view answer, std::string_view question) {
  body["messages"].push_back({{"role", "assistant"}, {"content", answer}});
  body["messages"].push_back({{"role", "user"}, {"content", question}});
  return body;
}

}  // namespace anyclaude
