// The error replies of model servers: how they are shaped, what they mean.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "http/client/upstream_call.h"
#include "messages/events/api_error.h"

namespace anyclaude {

// What is known of the prompt, for servers that say only that it does not fit.
struct PromptSizes {
  std::uint64_t prompt_tokens_estimate = 1;
  std::optional<std::uint64_t> context_tokens;
};

// Whether a parsed reply (or a chunk of a stream) is an error in any server's shape: {"error": ...},
// {"object":"error"}, {"type":"error"}, {"detail": ...}.
bool is_error_reply(const nlohmann::json& reply);

// `status` is the reply's; an error inside a 200 stream names its own in `code`, if it names one.
ApiError translate_error_reply(int status, const nlohmann::json& reply, const PromptSizes& sizes);

// Of a reply that was not whole when its exchange ended.
ApiError cut_reply_error(UpstreamEnd end);

}  // namespace anyclaude
