// State tables in maps.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "storage/state_store.h"

namespace anyclaude {

// Thread-safe: one mutex. `visit` is called without it.
class MemoryStates final : public StateStore {
 public:
  Result<std::optional<std::string>> get(const StateTable& table, std::string_view key) override;
  Status put(const StateTable& table, std::string_view key, std::string_view value) override;
  Result<std::string> put_if_absent(const StateTable& table, std::string_view key,
                                    std::string_view value) override;
  Result<bool> erase(const StateTable& table, std::string_view key) override;
  Status for_each(const StateTable& table,
                  const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
  Status clear(const StateTable& table) override;
  Result<std::uint64_t> clear_learned() override;

 private:
  struct Row {
    std::string value;
    std::uint64_t written = 0;  // order of writing, for the bound
  };
  struct Rows {
    std::uint32_t version = 0;
    StateRetention retention = StateRetention::purged;
    std::uint64_t next_written = 0;
    std::map<std::string, Row, std::less<>> rows;
  };
  // nullptr when the table is absent or of another version.
  Rows* standing(const StateTable& table);
  void write(const StateTable& table, std::string_view key, std::string_view value);

  std::mutex mutex_;
  std::map<std::string, Rows, std::less<>> tables_;
};

}  // namespace anyclaude
