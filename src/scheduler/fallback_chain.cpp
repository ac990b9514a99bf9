#include "scheduler/fallback_chain.h"

#include <algorithm>

namespace anyclaude {

FallbackChain::Choice FallbackChain::choose(const std::vector<const BackendEntry*>& tried,
                                            std::uint64_t prompt_tokens) const {
  Choice choice;
  for (const BackendEntry* entry : order_) {
    if (std::ranges::find(tried, entry) != tried.end() || breaker_.is_open(entry->name)) continue;
    if (const Status room = costs_.check_room(entry->name, prompt_tokens); !room) {
      choice.too_costly.push_back(entry->name);
      choice.why_not.push_back(room.error().message);
      continue;
    }
    choice.next = entry;
    break;
  }
  return choice;
}

}  // namespace anyclaude
