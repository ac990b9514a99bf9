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
inline constexpr std::uint32_t kStoreFormat = 2;
inline constexpr MDB_dbi kTablesMax = 16;

// Keys are ordered bytewise; integers in keys are big-endian.
//
// `records` is a log: new records go to its end, where LMDB fills every page, and room is made at its front.
// A record is cut into pieces of one page each, so that any free page of the file will do for it: what needs
// several pages side by side makes a file grow although it has room.
struct Tables {
  MDB_dbi meta = 0;          // the names below -> little-endian integers
  MDB_dbi entries = 0;       // key digest (16) -> EntryRow (entry_row.h)
  MDB_dbi records = 0;       // sequence (8), piece (2) -> bytes of key digest and record (record_codec.h)
  MDB_dbi expiry = 0;        // expires at, ms (8), key digest (16) -> nothing
  MDB_dbi state_tables = 0;  // table name -> TableRow (state_table.h)
  MDB_dbi state = 0;         // table name, 0, key -> sequence (8), checksum (8), value
  MDB_dbi state_order = 0;   // table name, 0, sequence (8) -> key
};

inline constexpr std::string_view kFormatName = "format";             // u32
inline constexpr std::string_view kRecordBytesName = "record_bytes";  // u64, total of `records`
inline constexpr std::string_view kImportsName = "imports";        // u64, entries imported and not asked for
inline constexpr std::string_view kGenerationName = "generation";  // u64, counts compactions
inline constexpr std::string_view kBytesMaxName = "bytes_max";     // u64, the bound of who served last

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
// The same; a key behind all others fills the last page before it begins another.
int append_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value);
// A number of `meta`; 0 when it was never written.
int get_number(MDB_txn* txn, const Tables& tables, std::string_view name, std::uint64_t& number);
int put_number(MDB_txn* txn, const Tables& tables, std::string_view name, std::uint64_t number);
// Success too when there was none.
int erase_value(MDB_txn* txn, MDB_dbi table, std::string_view key);
// Calls `visit` with the number of each page in LMDB's own list of free pages. `txn` only reads: LMDB does
// not show the list to a writer.
int visit_free_pages(MDB_txn* txn, const std::function<void(std::size_t page)>& visit);
// The bytes of every page that is not free, as `txn` sees them: what the tables fill, LMDB's own included.
int used_bytes(MDB_txn* txn, const Tables& tables, std::uint64_t& bytes);
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
  int last() { return mdb_cursor_get(cursor_, &key_, &value_, MDB_LAST); }
  int next() { return mdb_cursor_get(cursor_, &key_, &value_, MDB_NEXT); }
  // Removes what it stands on; it must be moved before it is read again.
  int erase() { return mdb_cursor_del(cursor_, 0); }
  std::string_view key() const { return bytes_of(key_); }
  std::string_view value() const { return bytes_of(value_); }

 private:
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace anyclaude::lmdb
