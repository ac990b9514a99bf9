// Writes to the state store that wait until the client has its answer.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "storage/state_store.h"

namespace anyclaude {

// Thread-safe. What waits, or is being written, is found as if it were in the store. No lock is held over the
// store but that of flush(), which no request takes. A store that fails loses what waited and nothing else:
// readers have their own copy in memory.
class PendingState {
 public:
  explicit PendingState(StateStore& store) : store_(store) {}

  // Tables are known by their constants, which outlive this.
  void put(const StateTable& table, std::string key, std::string value);
  // The same for what a project's prompts say (storage/row_projects.h), beside what others' say in that row.
  // `project` is empty when it is not known.
  void put_of_project(const StateTable& table, std::string key, std::string value, std::string_view project);
  void erase(const StateTable& table, std::string key);
  // Nothing also when the store cannot be read.
  std::optional<std::string> get(const StateTable& table, std::string_view key);
  // Every row of a table, by its key.
  Result<std::map<std::string, std::string>> rows(const StateTable& table);
  // Writes everything as one batch; the first error when there was one.
  Status flush();

 private:
  // By the table's constant and the key.
  using Place = std::pair<const StateTable*, std::string>;
  struct Waiting {
    std::optional<std::string> value;  // nothing: the row goes
    std::set<std::string> projects;
  };
  using Writes = std::map<Place, Waiting>;

  Waiting& waiting(const StateTable& table, std::string key);
  Status write(const Writes& writes);

  StateStore& store_;
  std::mutex flush_mutex_;  // taken first
  std::mutex mutex_;        // of everything below
  Writes waiting_;
  Writes writing_;
};

}  // namespace anyclaude
