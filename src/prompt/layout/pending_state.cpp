#include "prompt/layout/pending_state.h"

#include "storage/row_projects.h"

namespace anyclaude {

void PendingState::put(const StateTable& table, std::string key, std::string value) {
  const std::lock_guard lock(mutex_);
  waiting_[{&table, std::move(key)}].value = std::move(value);
}

void PendingState::put_of_project(const StateTable& table, std::string key, std::string value,
                                  std::string_view project) {
  const std::lock_guard lock(mutex_);
  Waiting& waiting = waiting_[{&table, std::move(key)}];
  waiting.value = std::move(value);
  if (!project.empty()) waiting.projects.emplace(project);
}

std::optional<std::string> PendingState::get(const StateTable& table, std::string_view key) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = waiting_.find({&table, std::string(key)}); found != waiting_.end())
      return found->second.value;
  }
  auto stored = store_.get(table, key);
  return stored ? std::move(*stored) : std::nullopt;
}

Status PendingState::flush() {
  std::map<Place, Waiting> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(waiting_);
  }
  Status first;
  const auto note = [&first](Status status) {
    if (!status && first) first = std::move(status);
  };
  for (const auto& [place, waiting] : taken) {
    const auto& [table, key] = place;
    for (const std::string& project : waiting.projects) note(attribute_row(store_, *table, key, project));
    note(store_.put(*table, key, waiting.value));
  }
  return first;
}

}  // namespace anyclaude
