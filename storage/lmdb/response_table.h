// The answers and their indices, inside one transaction of the caller's.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "storage/lmdb/entry_row.h"
#include "storage/lmdb/record_log.h"
#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

struct Removed {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

struct TableTotals {
  std::uint64_t entries = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t imports = 0;
  std::uint64_t log_bytes = 0;   // of the pages that hold the records
  std::uint64_t used_bytes = 0;  // of the pages that hold anything
};

// What may stand: bytes of records with their keys, and bytes of the pages that all tables fill.
struct TableBound {
  std::uint64_t record_bytes_max = 0;
  std::uint64_t used_bytes_max = 0;

  bool holds(const TableTotals& totals) const {
    return totals.record_bytes <= record_bytes_max && totals.used_bytes <= used_bytes_max;
  }
};

// Every function returns LMDB's code. After any code but 0 the transaction must be undone.
class ResponseTable {
 public:
  explicit ResponseTable(const Tables& tables) : tables_(tables), log_(tables) {}

  // A copy of the record.
  int find(Transaction& txn, const Digest128& key, std::optional<std::string>& record) const;
  int row(Transaction& txn, const Digest128& key, std::optional<EntryRow>& row) const;
  int totals(Transaction& txn, TableTotals& totals) const;
  int imports(Transaction& txn, std::uint64_t& count) const {
    return get_number(txn, tables_, kImportsName, count);
  }

  // Replaces what stood under the key. Of `row` the place and the size are filled in.
  int put(Transaction& txn, const Digest128& key, std::string_view record, EntryRow row) const;
  int remove(Transaction& txn, const Digest128& key, Removed& removed) const;
  // Nothing happens when there is no such entry.
  int touch(Transaction& txn, const Digest128& key, std::uint64_t hits, std::int64_t last_used_at_ms,
            bool& found) const;
  // Removes at most `entries_max` of what has expired.
  int expire(Transaction& txn, std::int64_t now_ms, std::size_t entries_max, Removed& removed) const;
  // Makes room at the front of the log until the bound holds or `steps_max` records were looked at. What was
  // used since it was put there goes to the end instead, and so does everything while pages are badly filled.
  int evict(Transaction& txn, const TableBound& bound, std::size_t steps_max, Removed& removed,
            std::size_t& steps) const;
  // Everything at once. LMDB lists all the pages that it gives up in one piece, which needs free pages side
  // by side: MDB_MAP_FULL when a full file has none; remove_first() comes without.
  int clear(Transaction& txn, Removed& removed) const;
  // Removes at most `records_max` from the front of the log; `left` tells whether there are more.
  int remove_first(Transaction& txn, std::size_t records_max, Removed& removed, bool& left) const;

  // Whether the first entry to expire has.
  int has_expired(Transaction& txn, std::int64_t now_ms, bool& expired) const;

 private:
  int write_row(Transaction& txn, const Digest128& key, const EntryRow& row) const;
  int remove_row(Transaction& txn, const Digest128& key, const EntryRow& row, Removed& removed) const;
  int move_to_end(Transaction& txn, const Digest128& key, EntryRow row) const;
  enum class Spare { used_again, everything };
  int make_room(Transaction& txn, const RecordLog::Place& place, Spare spare, std::size_t& spared,
                Removed& removed) const;
  int add_number(Transaction& txn, std::string_view name, std::int64_t difference) const;

  const Tables& tables_;
  const RecordLog log_;
};

}  // namespace anyclaude::lmdb
