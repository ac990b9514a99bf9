// Reads request bodies of both endpoints. The same meaning gives the same ChatRequest, so that it renders to
// the same prompt.
#pragma once

#include <string_view>

#include "base/error.h"
#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

// Refuses with invalid_request: text that is not JSON.
Result<Json> parse_body(std::string_view body);

// POST /v1/chat/completions. Errors are invalid_request with a sentence for the client.
Result<ChatRequest> read_openai_request(const Json& body);

enum class MaxTokensField { required, optional };

// POST /v1/messages, and count_tokens, which carries no max_tokens. Errors are worded as Anthropic words
// them.
Result<ChatRequest> read_anthropic_request(const Json& body, MaxTokensField max_tokens);

}  // namespace anyclaude::sim
