#include "prompt/layout/pending_state.h"

#include <vector>

#include "storage/row_projects.h"

namespace anyclaude {

// With mutex_ held.
PendingState::Waiting& PendingState::waiting(const StateTable& table, std::string key) {
  return waiting_[{&table, std::move(key)}];
}

void PendingState::put(const StateTable& table, std::string key, std::string value) {
  put_of_project(table, std::move(key), std::move(value), {});
}

void PendingState::put_of_project(const StateTable& table, std::string key, std::string value,
                                  std::string_view project) {
  const std::lock_guard lock(mutex_);
  Waiting& row = waiting(table, std::move(key));
  row.value = std::move(value);
  if (!project.empty()) row.projects.emplace(project);
}

void PendingState::erase(const StateTable& table, std::string key) {
  const std::lock_guard lock(mutex_);
  waiting(table, std::move(key)) = {};
}

std::optional<std::string> PendingState::get(const StateTable& table, std::string_view key) {
  {
    const std::lock_guard lock(mutex_);
    const Place place{&table, std::string(key)};
    for (const Writes* writes : {&waiting_, &writing_})
      if (const auto found = writes->find(place); found != writes->end()) return found->second.value;
  }
  auto stored = store_.get(table, key);
  return stored ? std::move(*stored) : std::nullopt;
}

// What waits is copied first: what is written meanwhile is then in the copy and in the store.
Result<std::map<std::string, std::string>> PendingState::rows(const StateTable& table) {
  std::map<std::string, std::optional<std::string>> unwritten;
  {
    const std::lock_guard lock(mutex_);
    for (const Writes* writes : {&writing_, &waiting_})
      for (const auto& [place, row] : *writes)
        if (place.first == &table) unwritten[place.second] = row.value;
  }
  std::map<std::string, std::string> rows;
  const Status read = store_.for_each(table, [&rows](std::string_view key, std::string_view value) {
    rows.emplace(key, value);
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  for (auto& [key, value] : unwritten) {
    if (value)
      rows[key] = std::move(*value);
    else
      rows.erase(key);
  }
  return rows;
}

Status PendingState::flush() {
  const std::lock_guard one_at_a_time(flush_mutex_);
  {
    const std::lock_guard lock(mutex_);
    writing_.swap(waiting_);
  }
  // Others only read what is being written.
  Status status = write(writing_);
  const std::lock_guard lock(mutex_);
  writing_.clear();
  return status;
}

// Rows that go are written first: their tables are bounded, and a new row would push out another.
Status PendingState::write(const Writes& writes) {
  Status first;
  std::vector<StateWrite> batch;
  for (const auto& [place, row] : writes)
    if (!row.value) batch.push_back({*place.first, place.second, std::nullopt});
  for (const auto& [place, row] : writes) {
    if (!row.value) continue;
    auto attribution =
        row_attribution(store_, *place.first, place.second, {row.projects.begin(), row.projects.end()});
    if (!attribution && first) first = tl::unexpected(attribution.error());
    if (attribution && *attribution) batch.push_back(std::move(**attribution));
    batch.push_back({*place.first, place.second, row.value});
  }
  Status written = store_.write_all(std::move(batch));
  return first ? written : first;
}

}  // namespace anyclaude
