// A Messages request in the words of /v1/chat/completions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backend/profile/backend_profile.h"
#include "base/error.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

struct ChatEncoding {
  const BackendProfile& profile;
  std::string_view model;
  std::optional<std::uint64_t> context_tokens;  // max_tokens is cut to what fits behind the prompt
  std::uint64_t prompt_tokens_estimate = 0;
};

// Whether the server is asked for a stream: always (only a streamed call is cancelled promptly when the
// client leaves), unless its streams lose tool calls and tools are offered.
bool is_streamed(const MessagesRequest& request, const BackendProfile& profile);

// Errors are invalid_request with a sentence for the client: what no local server can do, and tools that no
// server could tell apart.
Status check_can_be_encoded(const MessagesRequest& request);

// The JSON body, as the profile's policies want it. Equal meaning in equal spelling gives equal bytes: only
// keyed fields are read, JSON goes as the request has it spelled, own keys stand in fixed order, tool call
// ids numbered by first appearance (nine letters and digits, the strictest form any template asks for), tools
// in the request's order. Written as text; no tree is built.
//
// Errors are invalid_request with a sentence for the client (a server tool that a local model cannot run).
Result<std::string> encode_chat_request(const MessagesRequest& request, const ChatEncoding& encoding);

}  // namespace anyclaude
