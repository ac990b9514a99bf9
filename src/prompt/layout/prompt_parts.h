// A request taken apart into what the prompt layer places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "canonical/canonical_request.h"
#include "messages/request/messages_request.h"
#include "prompt/layout/conversation_layout.h"
#include "prompt/rules/text_cutter.h"

namespace anyclaude {

// The messages of a request, seen as one first turn and what follows it. System messages around the first
// user message are sent in its turn.
struct TurnBounds {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t first_user = kNone;  // kNone when the conversation opens with the assistant or is empty
  std::size_t tail = 0;            // the first message behind the first turn
};
TurnBounds find_turn_bounds(const std::vector<Message>& messages);

// Whether the client speaks in this block, and not a person: it is nothing but a <system-reminder>.
bool is_reminder(const ContentBlock& block);

// A digest of the first turn without what the client says in it, and one of each message behind it. Tool ids
// and thinking do not count.
std::vector<std::uint64_t> link_messages(const std::vector<Message>& messages, const TurnBounds& bounds,
                                         const HashSecret& secret);

// What a rule did to a text.
struct RuleEffect {
  TextPlace place = TextPlace::system;
  std::string owner;  // a tool's name
  Cut cut;
};

struct StableTool {
  std::string name;
  std::uint64_t definition = 0;  // a digest of name, stable description and schema
  std::size_t index = 0;         // in the request
  std::shared_ptr<const CutText> description;
};

struct PromptParts {
  std::vector<PromptPiece> pieces;  // in the client's order; the facts last
  std::vector<StableTool> tools;    // those offered at once, in the client's order
  std::vector<RuleEffect> effects;
};

// The learned lines that count for a conversation. Equal generations mean equal lines.
struct LearnedView {
  std::vector<LearnedLine> lines;
  std::uint64_t generation = 0;
};

// Pieces are made where there is a first turn to put them in and `level` is standard or more.
PromptParts take_apart(const MessagesRequest& request, const TurnBounds& bounds, OrderingLevel level,
                       TextCutter& cutter, const LearnedView& learned, const HashSecret& secret);

// The texts that lines are learned from, as the rules leave them: calls `visit(place, owner, text)`.
template <typename Visit>
void visit_client_texts(const MessagesRequest& request, const TurnBounds& bounds, Visit visit);

// The text blocks of a message, as paragraphs.
std::string message_text(const Message& message);

// --- Implementation of the template ---

template <typename Visit>
void visit_client_texts(const MessagesRequest& request, const TurnBounds& bounds, Visit visit) {
  for (const TextBlock& block : request.system) visit(TextPlace::system, std::string_view(), block.text);
  for (const Tool& tool : request.tools)
    if (tool.loading == ToolLoading::immediate) visit(TextPlace::tool, tool.name, tool.description);
  if (bounds.first_user == TurnBounds::kNone) return;
  for (std::size_t i = 0; i < bounds.tail; ++i) {
    const Message& message = request.messages[i];
    if (message.role == Role::system) {
      visit(TextPlace::reminder, std::string_view(), message_text(message));
      continue;
    }
    for (const ContentBlock& block : message.content)
      if (is_reminder(block))
        visit(TextPlace::reminder, std::string_view(), std::get<TextBlock>(block.value).text);
  }
}

}  // namespace anyclaude
