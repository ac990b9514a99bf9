#include "cache/entry_projects.h"

#include <string>

namespace anyclaude {

void EntryProjects::note(const Digest128& entry, std::string_view directory) {
  if (directory.empty()) return;
  const Digest128 project = digest_of(directory);
  const std::lock_guard lock(mutex_);
  noted_.emplace_back(entry, project);
}

Status EntryProjects::flush() {
  const std::lock_guard one_at_a_time(flush_mutex_);
  std::vector<std::pair<Digest128, Digest128>> noted;
  {
    const std::lock_guard lock(mutex_);
    noted.swap(noted_);
  }
  Status first;
  for (const auto& [entry, project] : noted)
    if (Status status = store_.put(kEntryProjectsTable, entry.hex(), project.hex()); !status && first)
      first = status;
  return first;
}

void EntryProjects::forget() {
  const std::lock_guard lock(mutex_);
  noted_.clear();
}

Result<std::set<Digest128>> EntryProjects::entries_of(std::string_view directory) const {
  const std::string project = digest_of(directory).hex();
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

// The purpose stands in front, so that no digest of another kind can be the same.
Digest128 EntryProjects::digest_of(std::string_view directory) const {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  return keyed_digest("project:" + std::string(directory), secret_);
}

}  // namespace anyclaude
