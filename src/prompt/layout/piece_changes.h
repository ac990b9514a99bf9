// What changed between the pieces of a prompt as they were sent and as the client sends them now.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prompt/layout/conversation_layout.h"

namespace anyclaude {

struct PieceChanges {
  std::string update;               // what to say; empty when nothing changed
  std::vector<std::string> latest;  // for each piece of the layout, as it is now; empty when it is gone
  std::vector<PromptPiece> added;   // pieces that the layout does not have
};

// Nothing when so much changed that it is better to begin anew, as it is when a system prompt gives way to
// another one. The order of `now` makes no difference.
std::optional<PieceChanges> find_changes(const std::vector<LayoutPiece>& said,
                                         const std::vector<PromptPiece>& now);

}  // namespace anyclaude
