// Small named tables beside the answers: secrets, layouts, ranks, learned rules, the prefix index, the
// ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace anyclaude {

// Whether emptying the store empties the table: what was learned from content goes, the secrets stay.
enum class StateRetention { purged, kept };

// A table of the state store. Bounded: beyond `entries_max` the oldest written entry goes. Versioned: entries
// of another version are not seen and are reclaimed by the next put. Names are at most
// limits::kStateTableNameBytesMax and keys at most limits::kStateKeyBytesMax bytes.
struct StateTable {
  std::string_view name;
  std::uint32_t version = 1;
  std::uint64_t entries_max = 10'000;
  std::uint64_t value_bytes_max = 1024 * 1024;
  StateRetention retention = StateRetention::purged;
};

// A row that is written, or erased where there is no value.
struct StateWrite {
  StateTable table;  // its name is a constant's: it outlives the write
  std::string key;
  std::optional<std::string> value;
};

// Thread-safe, and safe between processes: each call is one transaction, durable when it returns. A name, key
// or value over its limit is Error{too_large, store}.
class StateStore {
 public:
  virtual ~StateStore() = default;
  virtual Result<std::optional<std::string>> get(const StateTable& table, std::string_view key) = 0;
  virtual Status put(const StateTable& table, std::string_view key, std::string_view value) = 0;
  // The value that stands afterwards: the one given, or the one that was there first.
  virtual Result<std::string> put_if_absent(const StateTable& table, std::string_view key,
                                            std::string_view value) = 0;
  virtual Result<bool> erase(const StateTable& table, std::string_view key) = 0;
  // Many at once, in few transactions. How many there were.
  virtual Result<std::uint64_t> erase_all(const StateTable& table, const std::vector<std::string>& keys) {
    std::uint64_t erased = 0;
    for (const std::string& key : keys) {
      const auto gone = erase(table, key);
      if (!gone) return tl::unexpected(gone.error());
      erased += *gone ? 1 : 0;
    }
    return erased;
  }
  // Many rows in their order, in few transactions: a failure may leave some of them written. Rows over their
  // limits are left out. The first error when there was one.
  virtual Status write_all(std::vector<StateWrite> writes) {
    Status first;
    for (const StateWrite& write : writes) {
      Status status;
      if (write.value)
        status = put(write.table, write.key, *write.value);
      else if (const auto gone = erase(write.table, write.key); !gone)
        status = tl::unexpected(gone.error());
      if (!status && first) first = std::move(status);
    }
    return first;
  }
  // In key order, until `visit` returns false. `visit` may call the store.
  virtual Status for_each(const StateTable& table,
                          const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  virtual Status clear(const StateTable& table) = 0;
  // Empties every table that was written with StateRetention::purged, known to this program or not. The
  // number of entries removed.
  virtual Result<std::uint64_t> clear_learned() = 0;
};

}  // namespace anyclaude
