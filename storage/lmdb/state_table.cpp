#include "storage/lmdb/state_table.h"

#include <xxhash.h>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kTableRowBytes = 24;
constexpr std::size_t kEntryHeadBytes = 16;  // sequence (8), checksum (8), both little-endian

std::string prefix_of(std::string_view table_name) {
  std::string out(table_name);
  out.push_back('\0');
  return out;
}

std::string entry_key(std::string_view table_name, std::string_view key) {
  return prefix_of(table_name).append(key);
}

std::string order_key(std::string_view table_name, std::uint64_t sequence) {
  std::string out = prefix_of(table_name);
  append_big_endian(out, sequence);
  return out;
}

std::uint64_t checksum(std::string_view full_key, std::string_view value) {
  const std::uint64_t seed = XXH3_64bits(full_key.data(), full_key.size());
  return XXH3_64bits_withSeed(value.data(), value.size(), seed);
}

std::optional<std::string_view> checked_value(std::string_view full_key, std::string_view bytes) {
  if (bytes.size() < kEntryHeadBytes) return std::nullopt;
  const std::string_view value = bytes.substr(kEntryHeadBytes);
  if (read_little_endian<std::uint64_t>(bytes, 8) != checksum(full_key, value)) return std::nullopt;
  return value;
}

}  // namespace

int StateTables::row(Transaction& txn, std::string_view table_name, std::optional<TableRow>& row) const {
  row.reset();
  std::optional<std::string> bytes;
  const int code = get_value(txn, tables_.state_tables, table_name, bytes);
  if (!bytes || bytes->size() != kTableRowBytes) return code;
  row = TableRow{
      read_little_endian<std::uint32_t>(*bytes, 0),
      read_little_endian<std::uint32_t>(*bytes, 4) == 1 ? StateRetention::kept : StateRetention::purged,
      read_little_endian<std::uint64_t>(*bytes, 8), read_little_endian<std::uint64_t>(*bytes, 16)};
  return 0;
}

int StateTables::write_row(Transaction& txn, std::string_view table_name, const TableRow& row) const {
  std::string bytes;
  append_little_endian(bytes, row.version);
  append_little_endian(bytes, row.retention == StateRetention::kept ? std::uint32_t{1} : std::uint32_t{0});
  append_little_endian(bytes, row.entries);
  append_little_endian(bytes, row.next_sequence);
  return put_value(txn, tables_.state_tables, table_name, bytes);
}

int StateTables::get(Transaction& txn, const StateTable& table, std::string_view key,
                     std::optional<std::string>& value) const {
  value.reset();
  std::optional<TableRow> standing;
  const int code = row(txn, table.name, standing);
  if (code != 0 || !standing || standing->version != table.version) return code;
  const std::string full_key = entry_key(table.name, key);
  std::optional<std::string> bytes;
  if (const int read = get_value(txn, tables_.state, full_key, bytes); read != 0) return read;
  if (bytes)
    if (const auto checked = checked_value(full_key, *bytes); checked) value = std::string(*checked);
  return 0;
}

int StateTables::put(Transaction& txn, const StateTable& table, std::string_view key,
                     std::string_view value) const {
  std::optional<TableRow> standing;
  if (const int code = row(txn, table.name, standing); code != 0) return code;
  if (!standing || standing->version != table.version) {
    if (const int code = clear(txn, table.name); code != 0) return code;
    standing = TableRow{};
  }
  TableRow& row = *standing;
  bool replaced = false;
  if (const int code = remove_entry(txn, table.name, key, row, replaced); code != 0) return code;
  row.version = table.version;
  row.retention = table.retention;
  const std::uint64_t sequence = row.next_sequence++;
  const std::string full_key = entry_key(table.name, key);
  std::string bytes;
  append_little_endian(bytes, sequence);
  append_little_endian(bytes, checksum(full_key, value));
  bytes += value;
  if (const int code = put_value(txn, tables_.state, full_key, bytes); code != 0) return code;
  if (const int code = put_value(txn, tables_.state_order, order_key(table.name, sequence), key); code != 0)
    return code;
  ++row.entries;
  while (row.entries > table.entries_max)
    if (const int code = remove_oldest(txn, table.name, row); code != 0) return code;
  return write_row(txn, table.name, row);
}

int StateTables::erase(Transaction& txn, const StateTable& table, std::string_view key, bool& erased) const {
  erased = false;
  std::optional<TableRow> standing;
  const int code = row(txn, table.name, standing);
  if (code != 0 || !standing || standing->version != table.version) return code;
  if (const int removed = remove_entry(txn, table.name, key, *standing, erased); removed != 0) return removed;
  return erased ? write_row(txn, table.name, *standing) : 0;
}

int StateTables::remove_entry(Transaction& txn, std::string_view table_name, std::string_view key,
                              TableRow& row, bool& removed) const {
  removed = false;
  const std::string full_key = entry_key(table_name, key);
  std::optional<std::string> bytes;
  const int code = get_value(txn, tables_.state, full_key, bytes);
  if (code != 0 || !bytes) return code;
  if (bytes->size() >= kEntryHeadBytes) {
    const auto sequence = read_little_endian<std::uint64_t>(*bytes, 0);
    if (const int gone = erase_value(txn, tables_.state_order, order_key(table_name, sequence)); gone != 0)
      return gone;
  }
  removed = true;
  if (row.entries > 0) --row.entries;
  return erase_value(txn, tables_.state, full_key);
}

int StateTables::remove_oldest(Transaction& txn, std::string_view table_name, TableRow& row) const {
  const std::string prefix = prefix_of(table_name);
  std::string order;
  std::string key;
  {
    Cursor cursor;
    if (const int code = cursor.open(txn, tables_.state_order); code != 0) return code;
    const int code = cursor.seek(prefix);
    if (code != 0 && code != MDB_NOTFOUND) return code;
    if (code == MDB_NOTFOUND || !cursor.key().starts_with(prefix)) {
      row.entries = 0;  // the count was wrong; what is left is bounded by what is added
      return 0;
    }
    order = cursor.key();
    key = cursor.value();
  }
  bool removed = false;
  if (const int code = remove_entry(txn, table_name, key, row, removed); code != 0) return code;
  return erase_value(txn, tables_.state_order, order);
}

int StateTables::list(Transaction& txn, const StateTable& table, const std::optional<std::string>& after,
                      std::size_t entries_max, std::vector<StateEntry>& entries,
                      std::optional<std::string>& last, SnapshotCursor::Damage damage) const {
  last.reset();
  std::optional<TableRow> standing;
  if (const int code = row(txn, table.name, standing); code != 0) return code;
  if (!standing || standing->version != table.version) return 0;
  const std::string prefix = prefix_of(table.name);
  const std::string start = after ? prefix + *after : prefix;
  Cursor cursor;
  int code = cursor.open(txn, tables_.state, damage);
  if (code == 0) code = cursor.seek(start);
  if (code == 0 && after && cursor.key() == start) code = cursor.next();
  for (std::size_t i = 0; code == 0 && cursor.key().starts_with(prefix); ++i) {
    if (i == entries_max) return 0;
    last = std::string(cursor.key().substr(prefix.size()));
    if (const auto value = checked_value(cursor.key(), cursor.value()); value)
      entries.push_back({*last, std::string(*value)});
    code = cursor.next();
  }
  last.reset();
  return code == MDB_NOTFOUND ? 0 : code;
}

std::vector<std::pair<std::string, TableRow>> StateTables::kept_tables(Transaction& txn) const {
  std::vector<std::pair<std::string, TableRow>> kept;
  Cursor cursor;
  int code = cursor.open(txn, tables_.state_tables, SnapshotCursor::Damage::passed_over);
  if (code == 0) code = cursor.seek({});
  for (; code == 0; code = cursor.next()) {
    const std::string name(cursor.key());
    std::optional<TableRow> standing;
    if (row(txn, name, standing) == 0 && standing && standing->retention == StateRetention::kept)
      kept.emplace_back(name, *standing);
  }
  return kept;
}

int StateTables::clear(Transaction& txn, std::string_view table_name) const {
  const std::string prefix = prefix_of(table_name);
  for (const Table* table : {&tables_.state, &tables_.state_order}) {
    for (;;) {
      std::string key;
      {
        Cursor cursor;
        if (const int code = cursor.open(txn, *table); code != 0) return code;
        const int code = cursor.seek(prefix);
        if (code != 0 && code != MDB_NOTFOUND) return code;
        if (code == MDB_NOTFOUND || !cursor.key().starts_with(prefix)) break;
        key = cursor.key();
      }
      if (const int code = erase_value(txn, *table, key); code != 0) return code;
    }
  }
  return erase_value(txn, tables_.state_tables, table_name);
}

int StateTables::clear_learned(Transaction& txn, std::uint64_t& removed) const {
  removed = 0;
  std::vector<std::string> names;
  {
    Cursor cursor;
    if (const int code = cursor.open(txn, tables_.state_tables); code != 0) return code;
    int code = cursor.seek({});
    for (; code == 0; code = cursor.next()) names.emplace_back(cursor.key());
    if (code != MDB_NOTFOUND) return code;
  }
  for (const std::string& name : names) {
    std::optional<TableRow> standing;
    if (const int code = row(txn, name, standing); code != 0) return code;
    if (standing && standing->retention == StateRetention::kept) continue;
    if (standing) removed += standing->entries;
    if (const int code = clear(txn, name); code != 0) return code;
  }
  return 0;
}

}  // namespace anyclaude::lmdb
