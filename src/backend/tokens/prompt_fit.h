// Whether the model has read all of a prompt, for servers that drop part of one that is too long and report
// only the tokens that were left.
#pragma once

#include <cstdint>
#include <optional>

#include "backend/profile/backend_profile.h"
#include "backend/tokens/token_estimate.h"

namespace anyclaude {

enum class PromptFit {
  whole,
  cut,        // the reported tokens cannot be those of the whole prompt
  uncertain,  // the prompt may have been longer than the context, and the report does not tell
};

// What is known of a prompt before and beside the server's report.
struct PromptEvidence {
  TokenRange tokens;           // of the whole prompt, from its size
  std::uint64_t bytes = 0;     // of its text
  std::uint64_t images = 0;    // which a server counts as it likes
  std::uint64_t messages = 0;  // that are not system text; a server may drop all but the last
  // From what the server reported of the beginning of this prompt; see prompt_history.h.
  std::optional<std::uint64_t> least_by_history = std::nullopt;
  std::optional<std::uint64_t> most_by_history = std::nullopt;
};

// `context_tokens` is the loaded model's, where the server says it.
PromptFit judge_prompt_fit(std::uint64_t reported_tokens, const PromptEvidence& evidence,
                           std::optional<std::uint64_t> context_tokens, LongPrompts long_prompts);

}  // namespace anyclaude
