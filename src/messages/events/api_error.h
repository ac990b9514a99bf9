// Errors as Anthropic's API words them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude {

// Loop Detected (RFC 5842), with x-should-retry: false, for every retry would run through the loop once more.
inline constexpr int kLoopStatus = 508;

struct ApiError {
  int status = 500;
  std::string type = "api_error";
  std::string message;
  std::string retry_after = {};  // the value of Retry-After that goes with it; empty for none

  // {"type":"error","error":{"type":...,"message":...},"request_id":...}; without request_id when it is
  // empty. The same text serves as a reply body and as the data of an `error` event.
  std::string json(std::string_view request_id = {}) const;
};

// The status and type Anthropic uses for each kind of error.
ApiError to_api_error(const Error& error);

// The type that goes with an upstream's status (400 invalid_request_error, 401 authentication_error, ...).
std::string_view api_error_type(int status);

// The wording on which Claude Code compacts its conversation; anything else it sends again for ever.
ApiError prompt_too_long(std::uint64_t prompt_tokens, std::uint64_t tokens_max);

}  // namespace anyclaude
