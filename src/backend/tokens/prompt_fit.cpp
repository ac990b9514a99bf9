#include "backend/tokens/prompt_fit.h"

#include <algorithm>

namespace anyclaude {
namespace {

// A prompt of which so few tokens were counted is not judged by its bytes: templates and the servers' own
// ways of counting weigh more.
constexpr std::uint64_t kJudgedBytesMin = 1'000;
// No text has more bytes to a token; three times the usual 3.6.
constexpr std::uint64_t kBytesPerTokenNever = 11;
// No vocabulary makes more than a token of a byte; a template adds some for each message.
constexpr std::uint64_t kTemplateTokensPerMessage = 64;
// With so little room behind the prompt no answer worth keeping is made: the context was filled by cutting.
constexpr std::uint64_t kRoomForAnswerMin = 8;
// Ollama keeps half of the context of a prompt that is too long, and with it half of num_keep (4 by default,
// 24 in some models).
constexpr std::uint64_t kHalfBelow = 2;
constexpr std::uint64_t kHalfAbove = 16;
// Contexts that servers have unasked are powers of two from here on.
constexpr std::uint64_t kUsualContextMin = 256;
constexpr std::uint64_t kUsualContextMax = 1u << 20;

std::uint64_t most_of_any_vocabulary(const PromptEvidence& evidence) {
  if (evidence.images > 0) return UINT64_MAX;
  return evidence.bytes + (evidence.messages + 2) * kTemplateTokensPerMessage;
}

bool is_between(std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  return value >= low && value <= high;
}

bool looks_like_half_of(std::uint64_t reported, std::uint64_t context) {
  const std::uint64_t half = context / 2;
  return is_between(reported + kHalfBelow, half, half + kHalfBelow + kHalfAbove);
}

// All of some usual context, or what Ollama leaves of one.
bool looks_like_a_usual_context(std::uint64_t reported) {
  for (std::uint64_t context = kUsualContextMin; context <= kUsualContextMax; context *= 2)
    if (is_between(reported + kHalfBelow, context, context + kHalfBelow + 3)) return true;
  return false;
}

PromptFit judge_by_context(std::uint64_t reported, const PromptEvidence& evidence, std::uint64_t context) {
  if (reported + kRoomForAnswerMin >= context) return PromptFit::cut;
  const std::uint64_t most =
      std::min(most_of_any_vocabulary(evidence), evidence.most_by_history.value_or(UINT64_MAX));
  if (most < context) return PromptFit::whole;
  if (evidence.images == 0 && evidence.tokens.most < context) return PromptFit::whole;
  if (looks_like_half_of(reported, context) || reported < evidence.tokens.least) return PromptFit::cut;
  // Of a single message nothing smaller is dropped than half of the context.
  return evidence.messages > 1 ? PromptFit::uncertain : PromptFit::whole;
}

PromptFit judge_by_size(std::uint64_t reported, const PromptEvidence& evidence) {
  if (reported < evidence.tokens.least) return PromptFit::uncertain;
  const bool may_be_longer = evidence.images > 0 || evidence.tokens.most > reported + kRoomForAnswerMin;
  return may_be_longer && looks_like_a_usual_context(reported) ? PromptFit::uncertain : PromptFit::whole;
}

}  // namespace

PromptFit judge_prompt_fit(std::uint64_t reported_tokens, const PromptEvidence& evidence,
                           std::optional<std::uint64_t> context_tokens, LongPrompts long_prompts) {
  if (evidence.bytes >= kJudgedBytesMin && reported_tokens < evidence.bytes / kBytesPerTokenNever)
    return PromptFit::cut;
  if (long_prompts == LongPrompts::never_cut) return PromptFit::whole;
  if (reported_tokens < evidence.least_by_history.value_or(0)) return PromptFit::cut;
  return context_tokens ? judge_by_context(reported_tokens, evidence, *context_tokens)
                        : judge_by_size(reported_tokens, evidence);
}

}  // namespace anyclaude
