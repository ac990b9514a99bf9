#include "storage/lmdb/response_table.h"

#include <string>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kUsageRowBytes = 28;
// The index of last use need not be exact; a minute keeps repeated hits from moving entries about.
constexpr std::int64_t kLastUseStepMs = 60'000;

std::string key_bytes(const Digest128& key) {
  const auto raw = key.bytes();
  return {raw.data(), raw.size()};
}

// Times before 1970 count as 0; they would sort last otherwise.
std::string index_key(std::int64_t number, const Digest128& key) {
  std::string out;
  append_big_endian(out, static_cast<std::uint64_t>(number < 0 ? 0 : number));
  return out + key_bytes(key);
}

std::string expiry_key(const UsageRow& row, const Digest128& key) {
  return index_key(row.expires_at_ms, key);
}

std::string last_use_key(const UsageRow& row, const Digest128& key) {
  return index_key(row.last_used_at_ms / kLastUseStepMs, key);
}

}  // namespace

int ResponseTable::find(MDB_txn* txn, const Digest128& key, std::optional<std::string_view>& record) const {
  return get_value(txn, tables_.responses, key_bytes(key), record);
}

int ResponseTable::usage(MDB_txn* txn, const Digest128& key, std::optional<UsageRow>& row) const {
  row.reset();
  std::optional<std::string_view> bytes;
  const int code = get_value(txn, tables_.usage, key_bytes(key), bytes);
  if (!bytes || bytes->size() != kUsageRowBytes) return code;
  row =
      UsageRow{static_cast<std::int64_t>(read_little_endian<std::uint64_t>(*bytes, 0)),
               static_cast<std::int64_t>(read_little_endian<std::uint64_t>(*bytes, 8)),
               read_little_endian<std::uint64_t>(*bytes, 16), read_little_endian<std::uint32_t>(*bytes, 24)};
  return 0;
}

int ResponseTable::write_usage(MDB_txn* txn, const Digest128& key, const UsageRow& row) const {
  std::string bytes;
  append_little_endian(bytes, static_cast<std::uint64_t>(row.expires_at_ms));
  append_little_endian(bytes, static_cast<std::uint64_t>(row.last_used_at_ms));
  append_little_endian(bytes, row.hits);
  append_little_endian(bytes, row.stored_bytes);
  return put_value(txn, tables_.usage, key_bytes(key), bytes);
}

int ResponseTable::record_bytes(MDB_txn* txn, std::uint64_t& bytes) const {
  bytes = 0;
  std::optional<std::string_view> value;
  const int code = get_value(txn, tables_.meta, kRecordBytesName, value);
  if (value && value->size() == sizeof bytes) bytes = read_little_endian<std::uint64_t>(*value, 0);
  return code;
}

int ResponseTable::entries(MDB_txn* txn, std::uint64_t& count) const {
  MDB_stat stat{};
  const int code = mdb_stat(txn, tables_.responses, &stat);
  count = stat.ms_entries;
  return code;
}

int ResponseTable::add_record_bytes(MDB_txn* txn, std::int64_t difference) const {
  std::uint64_t bytes = 0;
  if (const int code = record_bytes(txn, bytes); code != 0) return code;
  const auto less = static_cast<std::uint64_t>(-difference);
  if (difference >= 0)
    bytes += static_cast<std::uint64_t>(difference);
  else
    bytes = bytes < less ? 0 : bytes - less;
  std::string value;
  append_little_endian(value, bytes);
  return put_value(txn, tables_.meta, kRecordBytesName, value);
}

int ResponseTable::put(MDB_txn* txn, const Digest128& key, std::string_view record,
                       std::int64_t expires_at_ms, std::int64_t now_ms) const {
  Removed replaced;
  if (const int code = remove(txn, key, replaced); code != 0) return code;
  const UsageRow row{expires_at_ms, now_ms, 0, static_cast<std::uint32_t>(kKeyBytes + record.size())};
  if (const int code = put_value(txn, tables_.responses, key_bytes(key), record); code != 0) return code;
  if (const int code = write_usage(txn, key, row); code != 0) return code;
  if (const int code = put_value(txn, tables_.expiry, expiry_key(row, key), {}); code != 0) return code;
  if (const int code = put_value(txn, tables_.last_use, last_use_key(row, key), {}); code != 0) return code;
  return add_record_bytes(txn, row.stored_bytes);
}

int ResponseTable::remove(MDB_txn* txn, const Digest128& key, Removed& removed) const {
  std::optional<std::string_view> record;
  if (const int code = find(txn, key, record); code != 0) return code;
  std::optional<UsageRow> row;
  if (const int code = usage(txn, key, row); code != 0) return code;
  const std::uint64_t bytes = record ? kKeyBytes + record->size() : 0;
  if (row) {
    if (const int code = erase_value(txn, tables_.expiry, expiry_key(*row, key)); code != 0) return code;
    if (const int code = erase_value(txn, tables_.last_use, last_use_key(*row, key)); code != 0) return code;
    if (const int code = erase_value(txn, tables_.usage, key_bytes(key)); code != 0) return code;
  }
  if (!record) return 0;
  if (const int code = erase_value(txn, tables_.responses, key_bytes(key)); code != 0) return code;
  ++removed.entries;
  removed.bytes += bytes;
  return add_record_bytes(txn, -static_cast<std::int64_t>(bytes));
}

int ResponseTable::touch(MDB_txn* txn, const Digest128& key, std::uint64_t hits,
                         std::int64_t last_used_at_ms) const {
  std::optional<UsageRow> row;
  if (const int code = usage(txn, key, row); code != 0 || !row) return code;
  const std::string old_place = last_use_key(*row, key);
  row->hits += hits;
  if (last_used_at_ms > row->last_used_at_ms) row->last_used_at_ms = last_used_at_ms;
  if (const int code = write_usage(txn, key, *row); code != 0) return code;
  const std::string new_place = last_use_key(*row, key);
  if (new_place == old_place) return 0;
  if (const int code = erase_value(txn, tables_.last_use, old_place); code != 0) return code;
  return put_value(txn, tables_.last_use, new_place, {});
}

int ResponseTable::expire(MDB_txn* txn, std::int64_t now_ms, std::size_t entries_max,
                          Removed& removed) const {
  for (std::size_t i = 0; i < entries_max; ++i) {
    std::string first;
    {
      Cursor cursor;
      if (const int code = cursor.open(txn, tables_.expiry); code != 0) return code;
      const int code = cursor.seek({});
      if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
      first = cursor.key();
    }
    const auto key = digest_at(first, sizeof(std::uint64_t));
    if (key && static_cast<std::int64_t>(read_big_endian<std::uint64_t>(first, 0)) > now_ms) return 0;
    if (key)
      if (const int code = remove(txn, *key, removed); code != 0) return code;
    // remove() has done this already, unless the row and its usage disagreed.
    if (const int code = erase_value(txn, tables_.expiry, first); code != 0) return code;
  }
  return 0;
}

int ResponseTable::evict(MDB_txn* txn, std::uint64_t bytes_max, std::size_t entries_max,
                         Removed& removed) const {
  for (std::size_t i = 0; i < entries_max; ++i) {
    std::uint64_t bytes = 0;
    if (const int code = record_bytes(txn, bytes); code != 0) return code;
    if (bytes <= bytes_max) return 0;
    std::string first;
    {
      Cursor cursor;
      if (const int code = cursor.open(txn, tables_.last_use); code != 0) return code;
      const int code = cursor.seek({});
      if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
      first = cursor.key();
    }
    if (const auto key = digest_at(first, sizeof(std::uint64_t)); key)
      if (const int code = remove(txn, *key, removed); code != 0) return code;
    if (const int code = erase_value(txn, tables_.last_use, first); code != 0) return code;
  }
  return 0;
}

int ResponseTable::clear(MDB_txn* txn, Removed& removed) const {
  if (const int code = entries(txn, removed.entries); code != 0) return code;
  if (const int code = record_bytes(txn, removed.bytes); code != 0) return code;
  for (const MDB_dbi table : {tables_.responses, tables_.usage, tables_.expiry, tables_.last_use})
    if (const int code = mdb_drop(txn, table, 0); code != 0) return code;
  return erase_value(txn, tables_.meta, kRecordBytesName);
}

int ResponseTable::untidy(MDB_txn* txn, std::int64_t now_ms, std::uint64_t bytes_max, bool& untidy) const {
  std::uint64_t bytes = 0;
  if (const int code = record_bytes(txn, bytes); code != 0) return code;
  untidy = bytes > bytes_max;
  if (untidy) return 0;
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.expiry); code != 0) return code;
  const int code = cursor.seek({});
  if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
  untidy = cursor.key().size() < sizeof(std::uint64_t) ||
           static_cast<std::int64_t>(read_big_endian<std::uint64_t>(cursor.key(), 0)) <= now_ms;
  return 0;
}

}  // namespace anyclaude::lmdb
