// Which answers were given to which project, so that a project's answers can be purged together.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "storage/row_projects.h"
#include "storage/state_store.h"

namespace anyclaude {

// Key digest of an entry (32 hexadecimal digits) -> keyed digest of its working directory (the same). The
// directory itself is nowhere in the store. The oldest go first; answers without a row belong to no project
// that the store knows.
inline constexpr StateTable kEntryProjectsTable{"entry_projects", 1, 200'000, 32};

// Thread-safe. A state store that fails is worked without.
class EntryProjects {
 public:
  EntryProjects(StateStore& store, const HashSecret& secret) : store_(store), secret_(secret) {}

  // The answer under this key was given to a client that works in `directory`; nothing is noted of a client
  // that does not say where.
  void note(const Digest128& entry, std::string_view directory);
  // The directory's name in the store (storage/row_projects.h); empty for an empty one.
  std::string name_of(std::string_view directory) const { return project_name(directory, secret_); }
  // Writes what was noted; call it when the client has its answer. What another thread is about to write is
  // written too before it returns.
  Status flush();
  // Drops rows that are not yet written; called after another process emptied the store.
  void forget();

  // The entries of a project, as far as they are known. `directory` as the client says it.
  Result<std::set<Digest128>> entries_of(std::string_view directory) const;
  // Erases the rows themselves; how many there were.
  Result<std::uint64_t> erase(const std::set<Digest128>& entries);

 private:
  StateStore& store_;
  const HashSecret secret_;
  std::mutex flush_mutex_;  // taken first
  std::mutex mutex_;
  std::vector<std::pair<Digest128, std::string>> noted_;  // entry, name of its project
};

}  // namespace anyclaude
