#include "cache/entry_projects.h"

#include <string>
#include <utility>

namespace anyclaude {

void EntryProjects::note(const Digest128& entry, std::string_view directory) {
  if (directory.empty()) return;
  std::string project = name_of(directory);
  const std::lock_guard lock(mutex_);
  noted_.emplace_back(entry, std::move(project));
}

Status EntryProjects::flush() {
  const std::lock_guard one_at_a_time(flush_mutex_);
  std::vector<std::pair<Digest128, std::string>> noted;
  {
    const std::lock_guard lock(mutex_);
    noted.swap(noted_);
  }
  std::vector<StateWrite> writes;
  writes.reserve(noted.size());
  for (auto& [entry, project] : noted)
    writes.push_back({kEntryProjectsTable, entry.hex(), std::move(project)});
  return store_.write_all(std::move(writes));
}

void EntryProjects::forget() {
  const std::lock_guard lock(mutex_);
  noted_.clear();
}

Result<std::set<Digest128>> EntryProjects::entries_of(std::string_view directory) const {
  const std::string project = name_of(directory);
  std::set<Digest128> entries;
  const Status status =
      store_.for_each(kEntryProjectsTable, [&](std::string_view key, std::string_view value) {
        const auto entry = Digest128::from_hex(key);
        if (entry && value == project) entries.insert(*entry);
        return true;
      });
  if (!status) return tl::unexpected(status.error());
  return entries;
}

Result<std::uint64_t> EntryProjects::erase(const std::set<Digest128>& entries) {
  std::vector<std::string> keys;
  keys.reserve(entries.size());
  for (const Digest128& entry : entries) keys.push_back(entry.hex());
  return store_.erase_all(kEntryProjectsTable, keys);
}

}  // namespace anyclaude
