// What a Messages request may hold at most, found out before any work that grows with it.
#pragma once

#include "base/error.h"

namespace anyclaude {

class JsonDocument;

// Refuses with invalid_request and a sentence for the client: more tools, messages or content blocks (those
// of the system prompt and inside of tool results included) than kToolsMax, kMessagesMax and
// kContentBlocksMax, and two tools with one name, which no server could tell apart. Members of a type they
// cannot have are not looked at: the request parser refuses them.
Status check_request_bounds(const JsonDocument& document);

}  // namespace anyclaude
