// The number of tokens in a body before it is parsed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace anyclaude {

inline constexpr std::size_t kBodyBytesPerToken = 4;

// About as many tokens as a body of this size has, for rules and caps; the calibrated estimate
// (backend/tokens) needs a parsed request.
constexpr std::uint64_t tokens_of_body(std::size_t body_bytes) {
  return body_bytes / kBodyBytesPerToken;
}

}  // namespace anyclaude
