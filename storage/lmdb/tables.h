// The tables of a store's environment, and the version of their arrangement.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/digest.h"

namespace anyclaude::lmdb {

// Of the arrangement below. Records and state tables carry versions of their own.
inline constexpr std::uint32_t kStoreFormat = 1;
inline constexpr MDB_dbi kTablesMax = 16;

// Keys are ordered bytewise; integers in keys are big-endian.
struct Tables {
  MDB_dbi meta = 0;          // "format" -> u32, "record_bytes" -> u64: totals of `responses`
  MDB_dbi responses = 0;     // key digest (16) -> record (record_codec.h)
  MDB_dbi usage = 0;         // key digest (16) -> UsageRow (response_table.h)
  MDB_dbi expiry = 0;        // expires at, ms (8), key digest (16) -> nothing
  MDB_dbi last_use = 0;      // minute of last use (8), key digest (16) -> nothing
  MDB_dbi state_tables = 0;  // table name -> TableRow (state_table.h)
  MDB_dbi state = 0;         // table name, 0, key -> sequence (8), checksum (8), value
  MDB_dbi state_order = 0;   // table name, 0, sequence (8) -> key
};

inline constexpr std::string_view kFormatName = "format";
inline constexpr std::string_view kRecordBytesName = "record_bytes";

// MDB_NOTFOUND when one is missing and `flags` lacks MDB_CREATE.
int open_tables(MDB_txn* txn, unsigned flags, Tables& tables);

inline MDB_val value_of(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
inline std::string_view bytes_of(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// The view lives until the transaction ends or writes. MDB_NOTFOUND is nothing and no error.
int get_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::optional<std::string_view>& out);
int put_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value);
// Success too when there was none.
int erase_value(MDB_txn* txn, MDB_dbi table, std::string_view key);
// Calls `visit` with the number of each page in LMDB's own list of free pages. `txn` only reads: LMDB does
// not show the list to a writer.
int visit_free_pages(MDB_txn* txn, const std::function<void(std::size_t page)>& visit);
// A key digest at `at`; nothing when `bytes` is too short.
std::optional<Digest128> digest_at(std::string_view bytes, std::size_t at);

// Walks a table; closes itself, before its transaction ends.
class Cursor {
 public:
  Cursor() = default;
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int open(MDB_txn* txn, MDB_dbi table) { return mdb_cursor_open(txn, table, &cursor_); }
  // To the first key that is not before `key`; MDB_NOTFOUND beyond the last.
  int seek(std::string_view key);
  int next() { return mdb_cursor_get(cursor_, &key_, &value_, MDB_NEXT); }
  std::string_view key() const { return bytes_of(key_); }
  std::string_view value() const { return bytes_of(value_); }

 private:
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace anyclaude::lmdb
