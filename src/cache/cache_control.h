// The request's wishes: Cache-Control (RFC 9111, request directives) and x-anyclaude-cache-control in the
// same grammar.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace anyclaude {

struct CacheControl {
  bool no_cache = false;                        // no lookup, but admit
  bool no_store = false;                        // look up, admit nothing, learn nothing
  bool only_if_cached = false;                  // 504 instead of a miss
  std::optional<std::chrono::seconds> max_age;  // older answers are misses
};

// Both header values, empty when absent; the wishes of both hold. Unknown directives are ignored. Names are
// read without regard to case; a max-age that is not a number counts as 0 (RFC 9111, section 4.2.1: treat
// invalid as stale).
CacheControl parse_cache_control(std::string_view cache_control, std::string_view own_header);

}  // namespace anyclaude
