// JSON goes to the server as it was spelled when the conversation first said it.
#pragma once

#include <cstddef>

#include "base/digest.h"
#include "messages/request/messages_request.h"
#include "prompt/layout/conversation_layout.h"
#include "prompt/layout/prompt_parts.h"

namespace anyclaude {

// Of one layout; what does not fit any more is sent as the client spells it.
inline constexpr std::size_t kSpellingBytesMax = 256 * 1024;

// Gives the schemas, tool inputs and other JSON of `request` the spelling that `layout` remembers of them,
// and notes in the layout how those are spelled that it does not know. `layout` is the one that `request`
// continues: its links are the request's. Whether the layout has changed.
bool keep_spellings(MessagesRequest& request, const TurnBounds& bounds, ConversationLayout& layout,
                    const HashSecret& secret);

// The conversation went on from an earlier point: the spellings from link number `common` on are forgotten.
void forget_spellings(ConversationLayout& layout, std::size_t common);

}  // namespace anyclaude
