#include "storage/lmdb/tables.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {

int open_tables(MDB_txn* txn, unsigned flags, Tables& tables) {
  struct Named {
    const char* name;
    MDB_dbi* handle;
  };
  const std::array<Named, 7> all{{{"meta", &tables.meta},
                                  {"entries", &tables.entries},
                                  {"records", &tables.records},
                                  {"expiry", &tables.expiry},
                                  {"state_tables", &tables.state_tables},
                                  {"state", &tables.state},
                                  {"state_order", &tables.state_order}}};
  for (const Named& table : all)
    if (const int code = mdb_dbi_open(txn, table.name, flags, table.handle); code != 0) return code;
  return 0;
}

int get_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::optional<std::string_view>& out) {
  MDB_val key_value = value_of(key);
  MDB_val value{};
  const int code = mdb_get(txn, table, &key_value, &value);
  out.reset();
  if (code == 0) out = bytes_of(value);
  return code == MDB_NOTFOUND ? 0 : code;
}

int put_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value) {
  MDB_val key_value = value_of(key);
  MDB_val data = value_of(value);
  return mdb_put(txn, table, &key_value, &data, 0);
}

int append_value(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value) {
  MDB_val key_value = value_of(key);
  MDB_val data = value_of(value);
  const int code = mdb_put(txn, table, &key_value, &data, MDB_APPEND);
  return code == MDB_KEYEXIST ? put_value(txn, table, key, value) : code;
}

int get_number(MDB_txn* txn, const Tables& tables, std::string_view name, std::uint64_t& number) {
  number = 0;
  std::optional<std::string_view> value;
  const int code = get_value(txn, tables.meta, name, value);
  if (value && value->size() == sizeof number) number = read_little_endian<std::uint64_t>(*value, 0);
  return code;
}

int put_number(MDB_txn* txn, const Tables& tables, std::string_view name, std::uint64_t number) {
  std::string value;
  append_little_endian(value, number);
  return put_value(txn, tables.meta, name, value);
}

int erase_value(MDB_txn* txn, MDB_dbi table, std::string_view key) {
  MDB_val key_value = value_of(key);
  const int code = mdb_del(txn, table, &key_value, nullptr);
  return code == MDB_NOTFOUND ? 0 : code;
}

int visit_free_pages(MDB_txn* txn, const std::function<void(std::size_t page)>& visit) {
  constexpr MDB_dbi kFreePages = 0;  // each value: a count, then so many page numbers
  Cursor cursor;
  if (const int code = cursor.open(txn, kFreePages); code != 0) return code;
  int code = cursor.seek({});
  for (; code == 0; code = cursor.next()) {
    const std::string_view bytes = cursor.value();
    std::size_t count = 0;
    if (bytes.size() < sizeof count) return MDB_CORRUPTED;
    std::memcpy(&count, bytes.data(), sizeof count);
    if (count > bytes.size() / sizeof count - 1) return MDB_CORRUPTED;
    for (std::size_t i = 1; i <= count; ++i) {
      std::size_t page = 0;
      std::memcpy(&page, bytes.data() + i * sizeof page, sizeof page);
      visit(page);
    }
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

int used_bytes(MDB_txn* txn, const Tables& tables, std::uint64_t& bytes) {
  constexpr MDB_dbi kFreePages = 0;
  constexpr MDB_dbi kTableNames = 1;
  constexpr std::uint64_t kHeadPages = 2;
  std::uint64_t pages = kHeadPages;
  std::uint64_t page_bytes = 0;
  for (const MDB_dbi table : {kFreePages, kTableNames, tables.meta, tables.entries, tables.records,
                              tables.expiry, tables.state_tables, tables.state, tables.state_order}) {
    MDB_stat stat{};
    if (const int code = mdb_stat(txn, table, &stat); code != 0) return code;
    pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    page_bytes = stat.ms_psize;
  }
  bytes = pages * page_bytes;
  return 0;
}

std::optional<Digest128> digest_at(std::string_view bytes, std::size_t at) {
  std::array<char, 16> raw{};
  if (bytes.size() < at + raw.size()) return std::nullopt;
  std::copy_n(bytes.data() + at, raw.size(), raw.begin());
  return Digest128::from_bytes(raw);
}

int Cursor::seek(std::string_view key) {
  if (key.empty()) return mdb_cursor_get(cursor_, &key_, &value_, MDB_FIRST);
  key_ = value_of(key);
  return mdb_cursor_get(cursor_, &key_, &value_, MDB_SET_RANGE);
}

}  // namespace anyclaude::lmdb
