// Puts a parsed request in the order that lets a model server reuse what it holds.
#pragma once

#include "canonical/canonical_request.h"
#include "messages/messages_request.h"

namespace anyclaude {

// Tools stand in bytewise order of name, then of definition, so that a shuffled tool list gives the same
// prompt. Level `off` keeps the client's order.
void order_prompt(MessagesRequest& request, OrderingLevel level);

}  // namespace anyclaude
