// Recognises "the prompt does not fit" in the words of every server we know.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace anyclaude {

struct ContextOverflow {
  // As far as the server said them. `prompt_tokens` is the prompt alone, `total_tokens` the prompt and the
  // answer asked for.
  std::optional<std::uint64_t> prompt_tokens;
  std::optional<std::uint64_t> total_tokens;
  std::optional<std::uint64_t> tokens_max;
};

// `code` is the error's type or code, `message` its sentence. Nothing when it speaks of something else.
std::optional<ContextOverflow> find_context_overflow(std::string_view code, std::string_view message);

}  // namespace anyclaude
