#include "prompt/layout/prompt_writer.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace anyclaude {
namespace {

// What is left of the system prompt where its text stands behind the tools.
constexpr std::string_view kSystemPromptIsBelow =
    "Your system prompt stands in <system-prompt> tags in the first message.";

void write_tools(MessagesRequest& request, const PromptParts& parts, const ConversationLayout& layout) {
  std::unordered_map<std::string_view, std::size_t> place;
  for (std::size_t i = 0; i < layout.tools.size(); ++i) place.emplace(layout.tools[i], i);
  struct Placed {
    std::size_t place;
    const StableTool* stable;
  };
  std::vector<Placed> placed;
  for (const StableTool& tool : parts.tools) placed.push_back({place.at(tool.name), &tool});
  std::ranges::stable_sort(placed, {}, &Placed::place);

  std::vector<Tool> tools;
  tools.reserve(request.tools.size());
  for (const Placed& entry : placed) {
    Tool& tool = request.tools[entry.stable->index];
    if (!entry.stable->description->cuts.empty()) tool.description = entry.stable->description->kept;
    tools.push_back(std::move(tool));
  }
  const auto first_deferred = static_cast<std::ptrdiff_t>(tools.size());
  for (Tool& tool : request.tools)
    if (tool.loading == ToolLoading::deferred) tools.push_back(std::move(tool));
  std::ranges::sort(tools.begin() + first_deferred, tools.end(), {}, &Tool::name);
  request.tools = std::move(tools);
}

std::vector<ContentBlock> first_turn(Message& message, const ConversationLayout& layout,
                                     OrderingLevel level) {
  std::vector<ContentBlock> content;
  for (const LayoutPiece& piece : layout.pieces) {
    if (piece.said.empty()) continue;
    if (piece.kind != PieceKind::system) {
      content.push_back({TextBlock{piece.said}});
    } else if (level == OrderingLevel::aggressive) {
      content.push_back({TextBlock{"<system-prompt>\n" + piece.said + "\n</system-prompt>"}});
    }
  }
  for (ContentBlock& block : message.content)
    if (!is_reminder(block)) content.push_back(std::move(block));
  return content;
}

void write_system(MessagesRequest& request, const ConversationLayout& layout, OrderingLevel level) {
  request.system.clear();
  for (const LayoutPiece& piece : layout.pieces)
    if (piece.kind == PieceKind::system && level != OrderingLevel::aggressive)
      request.system.push_back({piece.said});
  if (level == OrderingLevel::aggressive) request.system.push_back({std::string(kSystemPromptIsBelow)});
}

// Updates are system messages in mid-conversation, which are sent where they stand.
void write_messages(MessagesRequest& request, const TurnBounds& bounds, const ConversationLayout& layout,
                    OrderingLevel level) {
  std::vector<Message> messages;
  messages.reserve(request.messages.size() + layout.updates.size());
  Message first = std::move(request.messages[bounds.first_user]);
  first.content = first_turn(first, layout, level);
  messages.push_back(std::move(first));

  auto update = layout.updates.begin();
  for (std::size_t link = 1;; ++link) {
    for (; update != layout.updates.end() && update->after_links == link; ++update)
      messages.push_back({Role::system, {{TextBlock{update->text}}}});
    const std::size_t index = bounds.tail + link - 1;
    if (index >= request.messages.size()) break;
    messages.push_back(std::move(request.messages[index]));
  }
  request.messages = std::move(messages);
}

}  // namespace

void write_prompt(MessagesRequest& request, const TurnBounds& bounds, const PromptParts& parts,
                  const ConversationLayout& layout, OrderingLevel level) {
  write_tools(request, parts, layout);
  if (level >= OrderingLevel::standard && bounds.first_user != TurnBounds::kNone) {
    write_messages(request, bounds, layout, level);
    write_system(request, layout, level);
    return;
  }
  // Where nothing moves, the pieces are the system prompt without its noise, as it is now.
  request.system.clear();
  for (const PromptPiece& piece : parts.pieces)
    if (piece.kind == PieceKind::system) request.system.push_back({piece.text});
}

}  // namespace anyclaude
