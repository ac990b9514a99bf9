#include "canonical/pending_state.h"

namespace anyclaude {

void PendingState::put(const StateTable& table, std::string key, std::string value) {
  const std::lock_guard lock(mutex_);
  waiting_[{&table, std::move(key)}] = std::move(value);
}

std::optional<std::string> PendingState::get(const StateTable& table, std::string_view key) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = waiting_.find({&table, std::string(key)}); found != waiting_.end())
      return found->second;
  }
  auto stored = store_.get(table, key);
  return stored ? std::move(*stored) : std::nullopt;
}

Status PendingState::flush() {
  std::map<Place, std::string> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(waiting_);
  }
  Status first;
  for (const auto& [place, value] : taken)
    if (Status status = store_.put(*place.first, place.second, value); !status && first) first = status;
  return first;
}

}  // namespace anyclaude
