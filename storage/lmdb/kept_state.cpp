#include "storage/lmdb/kept_state.h"

#include <algorithm>

namespace anyclaude::lmdb {
namespace {

// Far beyond any table that is kept.
constexpr std::size_t kRowsMax = 100'000;

}  // namespace

std::vector<KeptRow> read_kept(Transaction& txn, const Tables& tables) {
  const StateTables states(tables);
  std::vector<KeptRow> rows;
  for (const auto& [name, row] : states.kept_tables(txn)) {
    std::vector<StateEntry> entries;
    std::optional<std::string> last;
    const StateTable table{.name = name, .version = row.version};
    (void)states.list(txn, table, std::nullopt, kRowsMax, entries, last, SnapshotCursor::Damage::passed_over);
    for (StateEntry& entry : entries)
      rows.push_back({name, row.version, std::move(entry.key), std::move(entry.value)});
  }
  return rows;
}

std::vector<KeptRow> joined(std::vector<KeptRow> older, std::vector<KeptRow> newer) {
  for (KeptRow& row : newer) {
    const auto same = std::ranges::find_if(
        older, [&](const KeptRow& other) { return other.table == row.table && other.key == row.key; });
    if (same != older.end())
      *same = std::move(row);
    else
      older.push_back(std::move(row));
  }
  return older;
}

int put_kept(Transaction& txn, const Tables& tables, const std::vector<KeptRow>& rows) {
  const StateTables states(tables);
  for (const KeptRow& row : rows) {
    const StateTable table{.name = row.table,
                           .version = row.version,
                           .entries_max = kRowsMax,
                           .retention = StateRetention::kept};
    if (const int code = states.put(txn, table, row.key, row.value); code != 0) return code;
  }
  return 0;
}

}  // namespace anyclaude::lmdb
