// The answers and their indices, inside one transaction of the caller's.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/digest.h"
#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

// What changes about an entry without a new record, and what its indices are found by. Kept apart from the
// record, so that counting a hit moves 28 bytes. Little-endian, in this order; rows of another size are taken
// for missing.
struct UsageRow {
  std::int64_t expires_at_ms = 0;
  std::int64_t last_used_at_ms = 0;
  std::uint64_t hits = 0;
  std::uint32_t stored_bytes = 0;  // of the record and its key
};

struct Removed {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

// Every function returns LMDB's code. After any code but 0 the transaction must be undone.
class ResponseTable {
 public:
  explicit ResponseTable(const Tables& tables) : tables_(tables) {}

  int find(MDB_txn* txn, const Digest128& key, std::optional<std::string_view>& record) const;
  int usage(MDB_txn* txn, const Digest128& key, std::optional<UsageRow>& row) const;
  int record_bytes(MDB_txn* txn, std::uint64_t& bytes) const;
  int entries(MDB_txn* txn, std::uint64_t& count) const;

  // Replaces what stood under the key.
  int put(MDB_txn* txn, const Digest128& key, std::string_view record, std::int64_t expires_at_ms,
          std::int64_t now_ms) const;
  int remove(MDB_txn* txn, const Digest128& key, Removed& removed) const;
  // Nothing happens when the entry is gone.
  int touch(MDB_txn* txn, const Digest128& key, std::uint64_t hits, std::int64_t last_used_at_ms) const;
  // Removes at most `entries_max` of what has expired.
  int expire(MDB_txn* txn, std::int64_t now_ms, std::size_t entries_max, Removed& removed) const;
  // Removes at most `entries_max` of what was used longest ago, until no more than `bytes_max` stand.
  int evict(MDB_txn* txn, std::uint64_t bytes_max, std::size_t entries_max, Removed& removed) const;
  int clear(MDB_txn* txn, Removed& removed) const;

  // Whether expire() or evict() would find something.
  int untidy(MDB_txn* txn, std::int64_t now_ms, std::uint64_t bytes_max, bool& untidy) const;

 private:
  int write_usage(MDB_txn* txn, const Digest128& key, const UsageRow& row) const;
  int add_record_bytes(MDB_txn* txn, std::int64_t difference) const;

  const Tables& tables_;
};

}  // namespace anyclaude::lmdb
