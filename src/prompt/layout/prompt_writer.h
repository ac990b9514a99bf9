// Writes a planned prompt back into its request.
#pragma once

#include "canonical/canonical_request.h"
#include "prompt/layout/conversation_layout.h"
#include "prompt/layout/prompt_parts.h"

namespace anyclaude {

// `parts` must be those of `request`; the layout names every tool and piece of them.
void write_prompt(MessagesRequest& request, const TurnBounds& bounds, const PromptParts& parts,
                  const ConversationLayout& layout, OrderingLevel level);

}  // namespace anyclaude
