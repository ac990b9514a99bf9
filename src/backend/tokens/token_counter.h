// How many tokens a prompt has, asked of the server that would read it.
#pragma once

#include <cstdint>
#include <string_view>

#include "backend/identity/backend.h"
#include "base/error.h"

namespace anyclaude {

// `body` is the very body that would be sent for an answer. Waits kTokenCountTimeMax at most. Errors have
// source upstream: the server cannot count, fails, or takes too long; the caller then estimates. Thread-safe.
// `via`: the marks of the client request that needs the answer (via_mark.h).
Result<std::uint64_t> count_prompt_tokens(Backend& backend, std::string_view body, std::string_view via = {});

}  // namespace anyclaude
