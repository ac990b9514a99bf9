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

// Thread-safe. What waits is found again before it is written. A store that fails loses what waited and
// nothing else: whoever reads has their own copy in memory.
class PendingState {
 public:
  explicit PendingState(StateStore& store) : store_(store) {}

  // Tables are known by their constants, which outlive this.
  void put(const StateTable& table, std::string key, std::string value);
  // The same for what a project's prompts say (storage/row_projects.h), beside what others' say in that row.
  // `project` is empty when it is not known.
  void put_of_project(const StateTable& table, std::string key, std::string value, std::string_view project);
  // Nothing also when the store cannot be read.
  std::optional<std::string> get(const StateTable& table, std::string_view key);
  // Writes everything; the first error when there was one.
  Status flush();

  StateStore& store() { return store_; }

 private:
  // By the table's constant and the key.
  using Place = std::pair<const StateTable*, std::string>;

  StateStore& store_;
  std::mutex mutex_;
  struct Waiting {
    std::string value;
    std::set<std::string> projects;
  };
  std::map<Place, Waiting> waiting_;
};

}  // namespace anyclaude
