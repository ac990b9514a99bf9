#include "storage/lmdb/response_table.h"

#include <algorithm>
#include <string>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kKeyBytes = 16;
// Uses within a step do not count as later than each other, so that repeated hits move nothing about.
constexpr std::int64_t kLastUseStepMs = 60'000;
// After so many second chances in a row one entry goes all the same, so that making room never takes long.
constexpr std::size_t kSecondChancesMax = 64;

std::string key_bytes(const Digest128& key) {
  const auto raw = key.bytes();
  return {raw.data(), raw.size()};
}

// Times before 1970 count as 0; they would sort last otherwise.
std::string expiry_key(const EntryRow& row, const Digest128& key) {
  std::string out;
  append_big_endian(out, static_cast<std::uint64_t>(std::max<std::int64_t>(row.expires_at_ms, 0)));
  return out + key_bytes(key);
}

bool was_used_again(const EntryRow& row) {
  return row.last_used_at_ms / kLastUseStepMs > row.placed_at_ms / kLastUseStepMs;
}

// Removed entries leave holes in pages. Moving what is left closes them and costs no answer.
bool has_holes(const TableTotals& totals, const TableBound& bound) {
  return totals.record_bytes <= bound.record_bytes_max && totals.record_bytes < totals.log_bytes / 5 * 3;
}

}  // namespace

int ResponseTable::find(Transaction& txn, const Digest128& key, std::optional<std::string>& record) const {
  record.reset();
  std::optional<EntryRow> found;
  const int code = row(txn, key, found);
  if (code != 0 || !found) return code;
  return log_.read(txn, key, found->sequence, found->stored_bytes, record);
}

int ResponseTable::row(Transaction& txn, const Digest128& key, std::optional<EntryRow>& row) const {
  row.reset();
  std::optional<std::string> bytes;
  const int code = get_value(txn, tables_.entries, key_bytes(key), bytes);
  if (bytes) row = decode_row(*bytes);
  return code;
}

int ResponseTable::write_row(Transaction& txn, const Digest128& key, const EntryRow& row) const {
  return put_value(txn, tables_.entries, key_bytes(key), encode_row(row));
}

int ResponseTable::totals(Transaction& txn, TableTotals& totals) const {
  TableFacts facts;
  if (const int code = table_facts(txn, tables_.entries, facts); code != 0) return code;
  totals.entries = facts.entries;
  if (const int code = get_number(txn, tables_, kRecordBytesName, totals.record_bytes); code != 0)
    return code;
  if (const int code = imports(txn, totals.imports); code != 0) return code;
  if (const int code = table_facts(txn, tables_.records, facts); code != 0) return code;
  totals.log_bytes = facts.page_bytes * facts.pages;
  return used_bytes(txn, tables_, totals.used_bytes);
}

int ResponseTable::add_number(Transaction& txn, std::string_view name, std::int64_t difference) const {
  std::uint64_t number = 0;
  if (const int code = get_number(txn, tables_, name, number); code != 0) return code;
  const auto less = static_cast<std::uint64_t>(-difference);
  if (difference >= 0)
    number += static_cast<std::uint64_t>(difference);
  else
    number = number < less ? 0 : number - less;
  return put_number(txn, tables_, name, number);
}

int ResponseTable::put(Transaction& txn, const Digest128& key, std::string_view record, EntryRow row) const {
  Removed replaced;
  if (const int code = remove(txn, key, replaced); code != 0) return code;
  row.stored_bytes = static_cast<std::uint32_t>(kKeyBytes + record.size());
  row.placed_at_ms = row.last_used_at_ms;
  if (const int code = log_.append(txn, key, record, row.sequence); code != 0) return code;
  if (const int code = write_row(txn, key, row); code != 0) return code;
  if (const int code = append_value(txn, tables_.expiry, expiry_key(row, key), {}); code != 0) return code;
  if (row.origin == Origin::imported)
    if (const int code = add_number(txn, kImportsName, 1); code != 0) return code;
  return add_number(txn, kRecordBytesName, row.stored_bytes);
}

int ResponseTable::remove(Transaction& txn, const Digest128& key, Removed& removed) const {
  std::optional<EntryRow> found;
  if (const int code = row(txn, key, found); code != 0) return code;
  return found ? remove_row(txn, key, *found, removed) : erase_value(txn, tables_.entries, key_bytes(key));
}

int ResponseTable::remove_row(Transaction& txn, const Digest128& key, const EntryRow& row,
                              Removed& removed) const {
  if (const int code = erase_value(txn, tables_.expiry, expiry_key(row, key)); code != 0) return code;
  if (const int code = erase_value(txn, tables_.entries, key_bytes(key)); code != 0) return code;
  if (const int code = log_.remove(txn, row.sequence); code != 0) return code;
  if (row.origin == Origin::imported)
    if (const int code = add_number(txn, kImportsName, -1); code != 0) return code;
  ++removed.entries;
  removed.bytes += row.stored_bytes;
  return add_number(txn, kRecordBytesName, -std::int64_t{row.stored_bytes});
}

int ResponseTable::touch(Transaction& txn, const Digest128& key, std::uint64_t hits,
                         std::int64_t last_used_at_ms, bool& found) const {
  std::optional<EntryRow> standing;
  const int code = row(txn, key, standing);
  found = standing.has_value();
  if (code != 0 || !found) return code;
  standing->hits += static_cast<std::uint32_t>(hits);
  standing->last_used_at_ms = std::max(standing->last_used_at_ms, last_used_at_ms);
  return write_row(txn, key, *standing);
}

int ResponseTable::expire(Transaction& txn, std::int64_t now_ms, std::size_t entries_max,
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
    // remove() has done this already, unless the two tables disagreed.
    if (const int code = erase_value(txn, tables_.expiry, first); code != 0) return code;
  }
  return 0;
}

int ResponseTable::evict(Transaction& txn, const TableBound& bound, std::size_t steps_max, Removed& removed,
                         std::size_t& steps) const {
  std::size_t spared = 0;
  for (steps = 0; steps < steps_max; ++steps) {
    TableTotals standing;
    if (const int code = totals(txn, standing); code != 0) return code;
    if (bound.holds(standing)) return 0;
    std::optional<RecordLog::Place> place;
    if (const int code = log_.first(txn, place); code != 0) return code;
    if (!place) return 0;
    const Spare spare = has_holes(standing, bound) ? Spare::everything : Spare::used_again;
    if (const int code = make_room(txn, *place, spare, spared, removed); code != 0) return code;
  }
  return 0;
}

int ResponseTable::make_room(Transaction& txn, const RecordLog::Place& place, Spare spare,
                             std::size_t& spared, Removed& removed) const {
  std::optional<EntryRow> found;
  if (place.key)
    if (const int code = row(txn, *place.key, found); code != 0) return code;
  // A record that no entry points to belongs to no answer.
  if (!found || found->sequence != place.sequence) return log_.remove(txn, place.sequence);
  if ((was_used_again(*found) || spare == Spare::everything) && spared < kSecondChancesMax) {
    ++spared;
    return move_to_end(txn, *place.key, std::move(*found));
  }
  spared = 0;
  return remove_row(txn, *place.key, *found, removed);
}

int ResponseTable::move_to_end(Transaction& txn, const Digest128& key, EntryRow row) const {
  std::optional<std::string> record;
  if (const int code = log_.read(txn, key, row.sequence, row.stored_bytes, record); code != 0) return code;
  if (const int code = log_.remove(txn, row.sequence); code != 0) return code;
  if (const int code = log_.append(txn, key, record.value_or(""), row.sequence); code != 0) return code;
  row.placed_at_ms = row.last_used_at_ms;
  return write_row(txn, key, row);
}

int ResponseTable::clear(Transaction& txn, Removed& removed) const {
  TableTotals standing;
  if (const int code = totals(txn, standing); code != 0) return code;
  removed = {standing.entries, standing.record_bytes};
  for (const Table* table : {&tables_.entries, &tables_.records, &tables_.expiry})
    if (const int code = empty_table(txn, *table, Emptied::kept); code != 0) return code;
  if (const int code = put_number(txn, tables_, kImportsName, 0); code != 0) return code;
  return put_number(txn, tables_, kRecordBytesName, 0);
}

int ResponseTable::remove_first(Transaction& txn, std::size_t records_max, Removed& removed,
                                bool& left) const {
  for (std::size_t i = 0; i < records_max; ++i) {
    std::optional<RecordLog::Place> place;
    if (const int code = log_.first(txn, place); code != 0) return code;
    left = place.has_value();
    if (!left) return 0;
    std::optional<EntryRow> found;
    if (place->key)
      if (const int code = row(txn, *place->key, found); code != 0) return code;
    const bool points_here = found && found->sequence == place->sequence;
    const int code =
        points_here ? remove_row(txn, *place->key, *found, removed) : log_.remove(txn, place->sequence);
    if (code != 0) return code;
  }
  return 0;
}

int ResponseTable::has_expired(Transaction& txn, std::int64_t now_ms, bool& expired) const {
  expired = false;
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.expiry); code != 0) return code;
  const int code = cursor.seek({});
  if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
  expired = cursor.key().size() < sizeof(std::uint64_t) ||
            static_cast<std::int64_t>(read_big_endian<std::uint64_t>(cursor.key(), 0)) <= now_ms;
  return 0;
}

}  // namespace anyclaude::lmdb
