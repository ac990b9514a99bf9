// The one way over the content blocks of a request. A visitor has one overload for each kind of block; for a
// new kind the compiler names every visitor that lacks one.
#pragma once

#include <utility>
#include <variant>

#include "messages/request/messages_request.h"
#include "messages/request/template_order.h"

namespace anyclaude {

// A visitor made of lambdas.
template <typename... Calls>
struct Overloads : Calls... {
  using Calls::operator()...;
};
template <typename... Calls>
Overloads(Calls...) -> Overloads<Calls...>;

// Calls the overload of the block's kind, and returns what that returns. `Block` is a ContentBlock or a const
// one.
template <typename Block, typename Visitor>
decltype(auto) visit_block(Block& block, Visitor&& visitor) {
  return std::visit(std::forward<Visitor>(visitor), block.value);
}

// The same for each block of a message or of a tool's result, in their order. A visitor enters the blocks of
// a result itself, for what stands around them is its own matter.
template <typename Content, typename Visitor>
void visit_blocks(Content& content, Visitor&& visitor) {
  for (auto& block : content) visit_block(block, visitor);
}

// The parts of a prompt in the order in which a template renders them: system(TextBlock), tool(Tool) for each
// tool that is not deferred, and for each message message(Message), then its blocks.
template <typename Visitor>
void visit_prompt(const MessagesRequest& request, TemplateOrder order, Visitor& visitor) {
  const auto tools = [&] {
    for (const Tool& tool : request.tools)
      if (tool.loading == ToolLoading::immediate) visitor.tool(tool);
  };
  if (order == TemplateOrder::tools_first) tools();
  for (const TextBlock& block : request.system) visitor.system(block);
  if (order == TemplateOrder::tools_last) tools();
  for (const Message& message : request.messages) {
    visitor.message(message);
    visit_blocks(message.content, visitor);
  }
}

}  // namespace anyclaude
