#include "storage/lmdb/tables.h"

#include <algorithm>
#include <array>
#include <string>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {

namespace {

// No key of ours comes after it.
constexpr std::string_view kBehindAllKeys = "\xff\xff\xff\xff\xff\xff\xff\xff\xff";

int root_of(Transaction& txn, const Table& table, std::optional<TableRoot>& root) {
  return txn.pages().table(table.name, root);
}

}  // namespace

int open_table(Transaction& txn, unsigned flags, Table& table) {
  if (const int code = txn.pages().check_whole(txn.pages().head().names); code != 0) return code;
  MDB_dbi handle = 0;
  const int code =
      call_lmdb(txn, [&](MDB_txn* raw) { return mdb_dbi_open(raw, table.name, flags, &handle); });
  if (code == 0) table.handle = handle;
  return code;
}

int open_tables(Transaction& txn, unsigned flags, Tables& tables) {
  for (Table* table : {&tables.meta, &tables.entries, &tables.records, &tables.expiry, &tables.state_tables,
                       &tables.state, &tables.state_order})
    if (const int code = open_table(txn, flags, *table); code != 0) return code;
  return 0;
}

// A table that the transaction has made itself has no pages that could be damaged.
int check_way(Transaction& txn, const Table& table, std::string_view key) {
  std::optional<TableRoot> root;
  const int code = root_of(txn, table, root);
  return code != 0 || !root ? code : txn.pages().check_way(*root, key);
}

int get_value(Transaction& txn, const Table& table, std::string_view key, std::optional<std::string>& out) {
  out.reset();
  if (!txn.writes()) {
    std::optional<TableRoot> root;
    const int code = root_of(txn, table, root);
    return code != 0 || !root ? code : txn.pages().get(*root, key, out);
  }
  if (const int code = check_way(txn, table, key); code != 0) return code;
  MDB_val key_value = value_of(key);
  MDB_val value{};
  const int code =
      call_lmdb(txn, [&](MDB_txn* raw) { return mdb_get(raw, table.handle, &key_value, &value); });
  if (code == 0) out = bytes_of(value);
  return code == MDB_NOTFOUND ? 0 : code;
}

namespace {

int put_value_with(Transaction& txn, const Table& table, std::string_view key, std::string_view value,
                   unsigned flags) {
  if (const int code = check_way(txn, table, key); code != 0) return code;
  MDB_val key_value = value_of(key);
  MDB_val data = value_of(value);
  return call_lmdb(txn, [&](MDB_txn* raw) { return mdb_put(raw, table.handle, &key_value, &data, flags); });
}

}  // namespace

int put_value(Transaction& txn, const Table& table, std::string_view key, std::string_view value) {
  return put_value_with(txn, table, key, value, 0);
}

int append_value(Transaction& txn, const Table& table, std::string_view key, std::string_view value) {
  // LMDB goes to the last page, wherever the key belongs.
  if (const int code = check_way(txn, table, kBehindAllKeys); code != 0) return code;
  const int code = put_value_with(txn, table, key, value, MDB_APPEND);
  return code == MDB_KEYEXIST ? put_value(txn, table, key, value) : code;
}

int get_number(Transaction& txn, const Tables& tables, std::string_view name, std::uint64_t& number) {
  number = 0;
  std::optional<std::string> value;
  const int code = get_value(txn, tables.meta, name, value);
  if (value && value->size() == sizeof number) number = read_little_endian<std::uint64_t>(*value, 0);
  return code;
}

int put_number(Transaction& txn, const Tables& tables, std::string_view name, std::uint64_t number) {
  std::string value;
  append_little_endian(value, number);
  return put_value(txn, tables.meta, name, value);
}

int erase_value(Transaction& txn, const Table& table, std::string_view key) {
  if (const int code = check_way(txn, table, key); code != 0) return code;
  MDB_val key_value = value_of(key);
  const int code =
      call_lmdb(txn, [&](MDB_txn* raw) { return mdb_del(raw, table.handle, &key_value, nullptr); });
  return code == MDB_NOTFOUND ? 0 : code;
}

int empty_table(Transaction& txn, const Table& table, Emptied emptied) {
  std::optional<TableRoot> root;
  if (const int code = root_of(txn, table, root); code != 0) return code;
  if (root)
    if (const int code = txn.pages().check_whole(*root); code != 0) return code;
  return call_lmdb(
      txn, [&](MDB_txn* raw) { return mdb_drop(raw, table.handle, emptied == Emptied::dropped ? 1 : 0); });
}

namespace {

int facts_by_handle(Transaction& txn, MDB_dbi handle, TableFacts& facts) {
  MDB_stat stat{};
  const int code = call_lmdb(txn, [&](MDB_txn* raw) { return mdb_stat(raw, handle, &stat); });
  facts = {stat.ms_entries, stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages,
           stat.ms_psize};
  return code;
}

}  // namespace

int table_facts(Transaction& txn, const Table& table, TableFacts& facts) {
  if (txn.writes()) return facts_by_handle(txn, table.handle, facts);
  std::optional<TableRoot> root;
  const int code = root_of(txn, table, root);
  facts = {root ? root->entries : 0, root ? root->pages() : 0, txn.pages().head().page_bytes};
  return code;
}

int used_bytes(Transaction& txn, const Tables& tables, std::uint64_t& bytes) {
  constexpr MDB_dbi kFreePages = 0;
  constexpr MDB_dbi kTableNames = 1;
  constexpr std::uint64_t kHeadPages = 2;
  const FileHead& head = txn.pages().head();
  std::uint64_t pages = kHeadPages;
  if (txn.writes()) {
    for (const MDB_dbi handle : {kFreePages, kTableNames}) {
      TableFacts facts;
      if (const int code = facts_by_handle(txn, handle, facts); code != 0) return code;
      pages += facts.pages;
    }
  } else {
    pages += head.free_pages.pages() + head.names.pages();
  }
  for (const Table* table : {&tables.meta, &tables.entries, &tables.records, &tables.expiry,
                             &tables.state_tables, &tables.state, &tables.state_order}) {
    TableFacts facts;
    if (const int code = table_facts(txn, *table, facts); code != 0) return code;
    pages += facts.pages;
  }
  bytes = pages * head.page_bytes;
  return 0;
}

std::optional<Digest128> digest_at(std::string_view bytes, std::size_t at) {
  std::array<char, 16> raw{};
  if (bytes.size() < at + raw.size()) return std::nullopt;
  std::copy_n(bytes.data() + at, raw.size(), raw.begin());
  return Digest128::from_bytes(raw);
}

Cursor::~Cursor() {
  if (cursor_ == nullptr || txn_->is_lost()) return;
  (void)call_lmdb(*txn_, [this](MDB_txn*) {
    mdb_cursor_close(cursor_);
    return 0;
  });
}

int Cursor::open(Transaction& txn, const Table& table, SnapshotCursor::Damage damage) {
  txn_ = &txn;
  table_ = &table;
  if (txn.writes())
    return call_lmdb(txn, [&](MDB_txn* raw) { return mdb_cursor_open(raw, table.handle, &cursor_); });
  std::optional<TableRoot> root;
  const int code = root_of(txn, table, root);
  reading_.emplace(txn.pages(), root, damage);
  return code;
}

int Cursor::get(MDB_cursor_op operation) {
  return call_lmdb(*txn_, [&](MDB_txn*) { return mdb_cursor_get(cursor_, &key_, &value_, operation); });
}

int Cursor::seek(std::string_view key) {
  if (reading_) return reading_->seek(key);
  if (const int code = check_way(*txn_, *table_, key); code != 0) return code;
  if (key.empty()) return get(MDB_FIRST);
  key_ = value_of(key);
  return get(MDB_SET_RANGE);
}

int Cursor::last() {
  if (reading_) return reading_->last();
  if (const int code = check_way(*txn_, *table_, kBehindAllKeys); code != 0) return code;
  return get(MDB_LAST);
}

int Cursor::next() {
  if (reading_) return reading_->next();
  if (const int code = check_way(*txn_, *table_, key()); code != 0) return code;
  return get(MDB_NEXT);
}

int Cursor::erase() {
  if (const int code = check_way(*txn_, *table_, key()); code != 0) return code;
  return call_lmdb(*txn_, [this](MDB_txn*) { return mdb_cursor_del(cursor_, 0); });
}

}  // namespace anyclaude::lmdb
