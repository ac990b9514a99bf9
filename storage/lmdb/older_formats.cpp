#include "storage/lmdb/older_formats.h"

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/response_table.h"

namespace anyclaude::lmdb {
namespace {

// Format 1 kept records under their key digest, what changes about them in `usage` (expires at, last used at,
// hits: 8 bytes each, stored bytes: 4), and two indices, of which this one had the same form.
struct FirstFormat {
  Table responses{"responses"};
  Table usage{"usage"};
  Table last_use{"last_use"};

  int open(Transaction& txn) {
    if (const int code = open_table(txn, 0, responses); code != 0) return code;
    if (const int code = open_table(txn, 0, usage); code != 0) return code;
    return open_table(txn, 0, last_use);
  }
};

constexpr std::size_t kUsageBytes = 28;

EntryRow row_from(const RecordView& record, std::string_view usage) {
  EntryRow row = row_of(record, record.created_at_ms);
  if (usage.size() != kUsageBytes) return row;
  row.last_used_at_ms = static_cast<std::int64_t>(read_little_endian<std::uint64_t>(usage, 8));
  row.hits = static_cast<std::uint32_t>(read_little_endian<std::uint64_t>(usage, 16));
  return row;
}

int move_first(Transaction& txn, const FirstFormat& old, const Tables& tables, bool& done) {
  std::string key_bytes;
  std::string record;
  {
    Cursor cursor;
    if (const int code = cursor.open(txn, old.responses); code != 0) return code;
    const int code = cursor.seek({});
    done = code == MDB_NOTFOUND;
    if (code != 0) return done ? 0 : code;
    key_bytes = cursor.key();
    record = cursor.value();
  }
  if (const int code = erase_value(txn, old.responses, key_bytes); code != 0) return code;
  const auto key = digest_at(key_bytes, 0);
  // The total still counts it; put() counts it again.
  std::uint64_t total = 0;
  if (const int code = get_number(txn, tables, kRecordBytesName, total); code != 0) return code;
  total -= std::min<std::uint64_t>(total, key_bytes.size() + record.size());
  if (const int code = put_number(txn, tables, kRecordBytesName, total); code != 0) return code;
  const auto view = key ? open_record(*key, record) : tl::unexpected(RecordFault::damaged);
  if (!view) return 0;
  std::optional<std::string> usage;
  if (const int code = get_value(txn, old.usage, key_bytes, usage); code != 0) return code;
  return ResponseTable(tables).put(txn, *key, record, row_from(*view, usage ? *usage : std::string()));
}

int move_some(Transaction& txn, const Tables& tables, bool& done) {
  FirstFormat old;
  const int code = old.open(txn);
  done = code == MDB_NOTFOUND;
  if (code != 0) return done ? 0 : code;
  for (std::size_t i = 0; i < limits::kStoreEvictionEntriesMax && !done; ++i)
    if (const int moved = move_first(txn, old, tables, done); moved != 0) return moved;
  if (!done) return 0;
  for (const Table* gone : {&old.responses, &old.usage, &old.last_use})
    if (const int dropped = empty_table(txn, *gone, Emptied::dropped); dropped != 0) return dropped;
  return 0;
}

}  // namespace

int take_over_older_formats(const Tables& tables, const RunTransaction& run) {
  for (bool done = false; !done;)
    if (const int code = run([&](Transaction& txn) { return move_some(txn, tables, done); }); code != 0)
      return code;
  return 0;
}

}  // namespace anyclaude::lmdb
