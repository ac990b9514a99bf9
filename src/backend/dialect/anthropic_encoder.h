// A Messages request for a local server that speaks Anthropic's interface itself.
#pragma once

#include <string>

#include "backend/dialect/chat_encoder.h"
#include "base/error.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// The JSON body, always streamed. Only fields that such servers know; the turns are those of the chat
// encoder, so what it promises holds here too: system messages folded where they stand, deferred tools
// defined in the results that found them, ids numbered by first appearance, equal meaning and spelling in
// equal bytes. No cache_control, metadata or betas; redacted thinking is left out, for only Anthropic can
// read it.
//
// Errors are those of check_can_be_encoded().
Result<std::string> encode_anthropic_request(const MessagesRequest& request, const ChatEncoding& encoding);

}  // namespace anyclaude
