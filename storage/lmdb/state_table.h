// State tables, inside one transaction of the caller's.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/lmdb/tables.h"
#include "storage/state_store.h"

namespace anyclaude::lmdb {

// What is known of a table: 24 bytes, little-endian, in this order.
struct TableRow {
  std::uint32_t version = 0;
  StateRetention retention = StateRetention::purged;  // 4 bytes
  std::uint64_t entries = 0;
  std::uint64_t next_sequence = 0;
};

struct StateEntry {
  std::string key;
  std::string value;
};

// Every function returns LMDB's code. After any code but 0 the transaction must be undone. Tables of another
// version and entries whose checksum fails are not seen; put() clears the former away.
class StateTables {
 public:
  explicit StateTables(const Tables& tables) : tables_(tables) {}

  int get(Transaction& txn, const StateTable& table, std::string_view key,
          std::optional<std::string>& value) const;
  int put(Transaction& txn, const StateTable& table, std::string_view key, std::string_view value) const;
  int erase(Transaction& txn, const StateTable& table, std::string_view key, bool& erased) const;
  // At most `entries_max` entries behind `after` (from the first when nothing), in key order; `last` is the
  // key that was reached, nothing at the end of the table.
  int list(Transaction& txn, const StateTable& table, const std::optional<std::string>& after,
           std::size_t entries_max, std::vector<StateEntry>& entries, std::optional<std::string>& last,
           SnapshotCursor::Damage damage = SnapshotCursor::Damage::ends_walk) const;
  // The tables that outlive an emptying, as far as they can be read. For transactions that read.
  std::vector<std::pair<std::string, TableRow>> kept_tables(Transaction& txn) const;
  int clear(Transaction& txn, std::string_view table_name) const;
  int clear_learned(Transaction& txn, std::uint64_t& removed) const;

 private:
  int row(Transaction& txn, std::string_view table_name, std::optional<TableRow>& row) const;
  int write_row(Transaction& txn, std::string_view table_name, const TableRow& row) const;
  int remove_entry(Transaction& txn, std::string_view table_name, std::string_view key, TableRow& row,
                   bool& removed) const;
  int remove_oldest(Transaction& txn, std::string_view table_name, TableRow& row) const;

  const Tables& tables_;
};

}  // namespace anyclaude::lmdb
