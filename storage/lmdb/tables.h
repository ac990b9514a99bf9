// The tables of a store's environment, and the version of their arrangement.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "storage/lmdb/fault_guard.h"
#include "storage/lmdb/transaction.h"

namespace anyclaude::lmdb {

// Of the arrangement below. Records and state tables carry versions of their own.
inline constexpr std::uint32_t kStoreFormat = 2;
inline constexpr MDB_dbi kTablesMax = 16;

// Known to readers by its name, to liblmdb by a handle.
struct Table {
  const char* name = "";
  MDB_dbi handle = 0;
};

// Keys are ordered bytewise; integers in keys are big-endian.
//
// `records` is a log: new records go to its end, where LMDB fills every page, and room is made at its front.
// A record is cut into pieces of one page each, so that any free page of the file will do for it: what needs
// several pages side by side makes a file grow although it has room.
struct Tables {
  Table meta{"meta"};        // the names below -> little-endian integers
  Table entries{"entries"};  // key digest (16) -> EntryRow (entry_row.h)
  Table records{"records"};  // sequence (8), piece (2) -> bytes of key digest and record (record_codec.h)
  Table expiry{"expiry"};    // expires at, ms (8), key digest (16) -> nothing
  Table state_tables{"state_tables"};  // table name -> TableRow (state_table.h)
  Table state{"state"};                // table name, 0, key -> sequence (8), checksum (8), value
  Table state_order{"state_order"};    // table name, 0, sequence (8) -> key
};

inline constexpr std::string_view kFormatName = "format";             // u32
inline constexpr std::string_view kRecordBytesName = "record_bytes";  // u64, total of `records`
inline constexpr std::string_view kImportsName = "imports";        // u64, entries imported and not asked for
inline constexpr std::string_view kGenerationName = "generation";  // u64, counts compactions
inline constexpr std::string_view kBytesMaxName = "bytes_max";     // u64, the bound of who served last

inline MDB_val value_of(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
inline std::string_view bytes_of(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// A call with the raw transaction, which liblmdb's faults do not get out of: kFaulted, and the transaction is
// lost.
template <typename Call>
int call_lmdb(Transaction& txn, Call call) {
  if (txn.is_lost()) return kFaulted;
  MDB_txn* const raw = txn.raw();
  const int code = guarded([&] { return call(raw); });
  if (code == kFaulted) txn.lose();
  return code;
}

// MDB_NOTFOUND when one is missing and `flags` lacks MDB_CREATE. Handles are LMDB's, and outlive `txn` when
// it is committed.
int open_table(Transaction& txn, unsigned flags, Table& table);
int open_tables(Transaction& txn, unsigned flags, Tables& tables);

// Whether liblmdb can change the entry without meeting a damaged page. For transactions that write.
int check_way(Transaction& txn, const Table& table, std::string_view key);

// A copy. MDB_NOTFOUND is nothing and no error.
int get_value(Transaction& txn, const Table& table, std::string_view key, std::optional<std::string>& out);
int put_value(Transaction& txn, const Table& table, std::string_view key, std::string_view value);
// The same; a key behind all others fills the last page before it begins another.
int append_value(Transaction& txn, const Table& table, std::string_view key, std::string_view value);
// A number of `meta`; 0 when it was never written.
int get_number(Transaction& txn, const Tables& tables, std::string_view name, std::uint64_t& number);
int put_number(Transaction& txn, const Tables& tables, std::string_view name, std::uint64_t number);
// Success too when there was none.
int erase_value(Transaction& txn, const Table& table, std::string_view key);
enum class Emptied { kept, dropped };
int empty_table(Transaction& txn, const Table& table, Emptied emptied);

struct TableFacts {
  std::uint64_t entries = 0;
  std::uint64_t pages = 0;
  std::uint64_t page_bytes = 0;
};
int table_facts(Transaction& txn, const Table& table, TableFacts& facts);
// The bytes of every page that is not free, as `txn` sees them: what the tables fill, LMDB's own included.
int used_bytes(Transaction& txn, const Tables& tables, std::uint64_t& bytes);
// A key digest at `at`; nothing when `bytes` is too short.
std::optional<Digest128> digest_at(std::string_view bytes, std::size_t at);

// Walks a table; closes itself, before its transaction ends.
class Cursor {
 public:
  Cursor() = default;
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // A transaction that reads may pass over damaged pages.
  int open(Transaction& txn, const Table& table,
           SnapshotCursor::Damage damage = SnapshotCursor::Damage::ends_walk);
  // To the first key that is not before `key`; MDB_NOTFOUND beyond the last.
  int seek(std::string_view key);
  int last();
  int next();
  // Removes what it stands on; it must be moved before it is read again.
  int erase();
  // Until it moves.
  std::string_view key() const { return reading_ ? std::string_view(reading_->key()) : bytes_of(key_); }
  std::string_view value() const { return reading_ ? std::string_view(reading_->value()) : bytes_of(value_); }
  std::uint64_t passed_over() const { return reading_ ? reading_->passed_over() : 0; }

 private:
  int get(MDB_cursor_op operation);

  Transaction* txn_ = nullptr;
  const Table* table_ = nullptr;
  std::optional<SnapshotCursor> reading_;
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace anyclaude::lmdb
