#pragma once

#include <cstdint>

namespace anyclaude {

// The tokens that Claude Code's system prompt, tools and a short conversation take, and what leaves room to
// work in.
inline constexpr std::uint64_t kContextTokensMin = 32'768;
inline constexpr std::uint64_t kContextTokensWanted = 65'536;

}  // namespace anyclaude
