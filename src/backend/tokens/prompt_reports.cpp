#include "backend/tokens/prompt_reports.h"

namespace anyclaude {
namespace {

constexpr std::size_t kReadPromptsMax = 1'024;
// Beyond so many models a warning may be repeated.
constexpr std::size_t kWarnedModelsMax = 64;

}  // namespace

std::optional<ReadPrompt> PromptReports::known_beginning(std::string_view model,
                                                         const PrefixChain& chain) const {
  Key key{std::string(model), {}};
  const std::lock_guard lock(mutex_);
  if (prompts_.empty()) return std::nullopt;
  for (auto link = chain.links().rbegin(); link != chain.links().rend(); ++link) {
    key.second = link->digest;
    if (const auto found = prompts_.find(key); found != prompts_.end()) return found->second.prompt;
  }
  return std::nullopt;
}

void PromptReports::note_whole(std::string_view model, const PrefixChain& chain, const ReadPrompt& prompt) {
  if (chain.links().empty()) return;
  const Key key{std::string(model), chain.links().back().digest};
  const std::lock_guard lock(mutex_);
  Entry& entry = prompts_[key];
  if (entry.noted > 0) by_age_.erase(entry.noted);
  entry = {prompt, ++noted_};
  by_age_.emplace(entry.noted, key);
  make_room();
}

// With mutex_ held.
void PromptReports::make_room() {
  if (prompts_.size() <= kReadPromptsMax) return;
  const auto oldest = by_age_.begin();
  prompts_.erase(oldest->second);
  by_age_.erase(oldest);
}

PromptReports::Notice PromptReports::note_cut(std::string_view model) {
  const std::lock_guard lock(mutex_);
  if (cut_models_.size() >= kWarnedModelsMax) cut_models_.clear();
  return cut_models_.emplace(model).second ? Notice::first : Notice::repeated;
}

}  // namespace anyclaude
