#include "storage/lmdb/lmdb_maintenance.h"

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "storage/import_key.h"
#include "storage/lmdb/set_aside.h"

namespace anyclaude::lmdb {

namespace {

// A step ends after so many bytes of records too, however few they are.
constexpr std::size_t kStepBytesMax = 4 * 1024 * 1024;
// Not an error of LMDB's: the step has seen enough.
constexpr int kStepIsFull = -1;

}  // namespace

Result<LmdbMaintenance::Step> LmdbMaintenance::look_at_some(const std::optional<Digest128>& after,
                                                            const Look& look, SnapshotCursor::Damage damage) {
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  Cursor cursor;
  int code = cursor.open(reading->get(), environment_.tables().entries, damage);
  std::string start;
  if (after) {
    const auto raw = after->bytes();
    start.assign(raw.data(), raw.size());
  }
  if (code == 0) code = cursor.seek(start);
  if (code == 0 && after && cursor.key() == start) code = cursor.next();
  Step step;
  for (std::size_t i = 0; code == 0 && i < limits::kStoreEvictionEntriesMax; ++i) {
    const auto key = digest_at(cursor.key(), 0);
    const auto row = decode_row(cursor.value());
    if (key) step.last = key;
    code = key && row ? look(reading->get(), *key, *row) : 0;
    if (code == 0) code = cursor.next();
  }
  if (code == MDB_NOTFOUND) return Step{};
  if (code != 0 && code != kStepIsFull) return tl::unexpected(environment_.error(code, "read"));
  return step;
}

Status LmdbMaintenance::for_each_after(const std::optional<Digest128>& after, const EntryVisitor& visit) {
  // What this process has admitted and counted is to be seen; when it cannot be written, the rest still is.
  writer_.settle();
  return walk(after, visit, SnapshotCursor::Damage::ends_walk);
}

Result<std::uint64_t> LmdbMaintenance::for_each_readable(const EntryVisitor& visit) {
  writer_.settle();
  const auto counted = count_entries();
  if (!counted) return tl::unexpected(counted.error());
  std::uint64_t seen = 0;
  const auto count = [&](const EntryInfo& info) {
    ++seen;
    return visit(info);
  };
  if (auto walked = walk(std::nullopt, count, SnapshotCursor::Damage::passed_over); !walked)
    return tl::unexpected(walked.error());
  return *counted - std::min(*counted, seen);
}

Status LmdbMaintenance::walk(const std::optional<Digest128>& after, const EntryVisitor& visit,
                             SnapshotCursor::Damage damage) {
  std::optional<Digest128> reached = after;
  do {
    std::vector<EntryInfo> seen;
    const auto look = [&](Transaction&, const Digest128& key, const EntryRow& row) {
      seen.push_back(info_of(key, row));
      return 0;
    };
    const auto step = look_at_some(reached, look, damage);
    if (!step) return tl::unexpected(step.error());
    for (const EntryInfo& info : seen)
      if (!visit(info)) return {};
    reached = step->last;
  } while (reached);
  return {};
}

std::uint64_t LmdbMaintenance::remove_set_aside() {
  return lmdb::remove_set_aside(environment_.directory().path());
}

Status LmdbMaintenance::for_each_record(const std::optional<Digest128>& after, const RecordVisitor& visit) {
  writer_.settle();
  std::optional<Digest128> reached = after;
  do {
    std::vector<std::pair<Digest128, std::string>> seen;
    std::size_t bytes = 0;
    const auto step = look_at_some(reached, [&](Transaction& txn, const Digest128& key, const EntryRow&) {
      std::optional<std::string> record;
      if (const int code = table_.find(txn, key, record); code != 0 || !record) return code;
      bytes += record->size();
      seen.emplace_back(key, std::move(*record));
      return bytes < kStepBytesMax ? 0 : kStepIsFull;
    });
    if (!step) return tl::unexpected(step.error());
    for (const auto& [key, record] : seen) {
      const auto view = open_record(key, record);
      const auto response = view ? codec_.unpack(*view) : tl::unexpected(view.error());
      if (response && !visit(key, *response)) return {};
    }
    reached = step->last;
  } while (reached);
  return {};
}

Result<std::optional<StoredResponse>> LmdbMaintenance::inspect(const Digest128& primary) {
  writer_.settle();
  std::optional<std::string> bytes;
  {
    const auto reading = environment_.begin_read();
    if (!reading) return tl::unexpected(reading.error());
    if (const int code = table_.find(reading->get(), primary, bytes); code != 0)
      return tl::unexpected(environment_.error(code, "read"));
  }
  if (!bytes) return std::optional<StoredResponse>();
  const auto record = open_record(primary, *bytes);
  auto response = record ? codec_.unpack(*record) : tl::unexpected(record.error());
  if (response) return std::optional(std::move(*response));
  return fail(ErrorKind::corrupt, ErrorSource::store,
              response.error() == RecordFault::damaged
                  ? "The record of " + primary.hex() + " is damaged."
                  : "The record of " + primary.hex() + " was written by another version of anyclaude.");
}

Result<std::uint64_t> LmdbMaintenance::count_entries() {
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  TableTotals totals;
  if (const int code = table_.totals(reading->get(), totals); code != 0)
    return tl::unexpected(environment_.error(code, "read"));
  return totals.entries;
}

Result<PurgeResult> LmdbMaintenance::purge(const EntryVisitor& matches, PurgeMode mode,
                                           const ProgressReport& report) {
  PurgeResult result;
  std::vector<std::pair<std::int64_t, Digest128>> chosen;
  const Status walked = for_each([&](const EntryInfo& info) {
    if (!matches(info)) return true;
    chosen.emplace_back(info.created_at_ms, info.key);
    if (mode == PurgeMode::dry_run) {
      ++result.entries;
      result.bytes += info.stored_bytes;
    }
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  if (mode == PurgeMode::dry_run) return result;
  // In the order in which the records lie, so that a transaction rewrites few of their pages.
  std::sort(chosen.begin(), chosen.end());
  std::vector<Digest128> keys;
  keys.reserve(chosen.size());
  for (const auto& [created_at_ms, key] : chosen) keys.push_back(key);
  const auto steps_max = static_cast<std::ptrdiff_t>(environment_.bounds().purge_max());
  for (auto at = keys.begin(); at != keys.end();) {
    const auto end = at + std::min(keys.end() - at, steps_max);
    const auto removed = remove_some({at, end});
    if (!removed) return tl::unexpected(removed.error());
    result.entries += removed->entries;
    result.bytes += removed->bytes;
    at = end;
    if (report && !report({static_cast<std::uint64_t>(at - keys.begin()), keys.size()})) break;
  }
  return result;
}

Result<PurgeResult> LmdbMaintenance::remove_some(std::vector<Digest128> keys) {
  const auto removed = std::make_shared<Removed>();
  const Status status = writer_.run([table = table_, keys = std::move(keys), removed](Transaction& txn) {
    *removed = {};
    for (const Digest128& key : keys)
      if (const int code = table.remove(txn, key, *removed); code != 0) return code;
    return 0;
  });
  if (!status) return tl::unexpected(status.error());
  return PurgeResult{removed->entries, removed->bytes};
}

Result<PurgeResult> LmdbMaintenance::purge_all(PurgeMode mode) {
  const auto removed = std::make_shared<Removed>();
  const Status status = writer_.run([table = table_, mode, removed](Transaction& txn) {
    if (mode == PurgeMode::remove) return table.clear(txn, *removed);
    TableTotals totals;
    const int code = table.totals(txn, totals);
    *removed = {totals.entries, totals.record_bytes};
    return code;
  });
  if (!status && status.error().kind == ErrorKind::full && mode == PurgeMode::remove)
    return remove_all_in_steps();
  if (!status) return tl::unexpected(status.error());
  return PurgeResult{removed->entries, removed->bytes};
}

Result<PurgeResult> LmdbMaintenance::remove_all_in_steps() {
  struct Outcome {
    Removed step;
    bool left = true;
  };
  PurgeResult result;
  const auto outcome = std::make_shared<Outcome>();
  const auto take = [&](std::function<int(Transaction&)> step) {
    const Status status = writer_.run(std::move(step));
    result.entries += status ? outcome->step.entries : 0;
    result.bytes += status ? outcome->step.bytes : 0;
    return status;
  };
  const std::size_t steps_max = environment_.bounds().eviction_steps_max();
  while (outcome->left) {
    const Status status = take([table = table_, steps_max, outcome](Transaction& txn) {
      outcome->step = {};
      return table.remove_first(txn, steps_max, outcome->step, outcome->left);
    });
    if (!status) return tl::unexpected(status.error());
  }
  // What is not in the log: rows whose records are lost.
  const Status status =
      take([table = table_, outcome](Transaction& txn) { return table.clear(txn, outcome->step); });
  if (!status) return tl::unexpected(status.error());
  return result;
}

Result<VerifyResult> LmdbMaintenance::verify(const ProgressReport& report) {
  writer_.settle();
  const auto total = count_entries();
  if (!total) return tl::unexpected(total.error());
  VerifyResult result;
  result.file_faults = file_faults();
  std::optional<Digest128> after;
  do {
    std::size_t bytes = 0;
    const auto look = [&](Transaction& txn, const Digest128& key, const EntryRow& row) {
      ++result.checked;
      std::optional<std::string> found;
      // A record whose pages are damaged is one that is damaged.
      if (table_.find(txn, key, found) != 0) found.reset();
      const auto record = found ? open_record(key, *found) : tl::unexpected(RecordFault::damaged);
      const auto response = record ? codec_.unpack(*record) : tl::unexpected(record.error());
      if (!response && response.error() == RecordFault::foreign_version)
        ++result.foreign_version;
      else if (!response)
        result.damaged.push_back(key);
      bytes += row.stored_bytes;
      return bytes < kStepBytesMax ? 0 : kStepIsFull;
    };
    const auto step = look_at_some(after, look, SnapshotCursor::Damage::passed_over);
    if (!step) return tl::unexpected(step.error());
    after = step->last;
    if (report && !report({result.checked, std::max(*total, result.checked)})) break;
  } while (after);
  if (!result.file_faults.empty()) result.unreadable = *total - std::min(*total, result.checked);
  return result;
}

Result<CompactResult> LmdbMaintenance::compact(const ProgressReport& report) {
  if (auto allowed = environment_.may_compact(); !allowed) return tl::unexpected(allowed.error());
  std::promise<Result<CompactResult>> outcome;
  auto waiting = outcome.get_future();
  // This call waits for as long as it takes, so the job may refer to what is the caller's.
  CompactResult result;
  writer_.enqueue({.alone =
                       [&] {
                         auto compacted = environment_.compact(report);
                         if (!compacted) return Status(tl::unexpected(compacted.error()));
                         result = *compacted;
                         return Status();
                       },
                   .done =
                       [&](const Status& status) {
                         if (status)
                           outcome.set_value(result);
                         else
                           outcome.set_value(tl::unexpected(status.error()));
                       },
                   .caller = WriteCaller::waits});
  return waiting.get();
}

Result<ImportOutcome> LmdbMaintenance::import_record(StoredResponse response, std::string_view partition) {
  if (auto checked = check_import(response); !checked) return tl::unexpected(checked.error());
  if (response.expires_at_ms <= unix_milliseconds(clock_.system_now())) return ImportOutcome::expired;
  const CacheKey key = import_key(response.canonical_sha256, partition);
  if (responses_.is_pending(key.primary)) return ImportOutcome::already_there;
  {
    const auto reading = environment_.begin_read();
    if (!reading) return tl::unexpected(reading.error());
    std::optional<EntryRow> standing;
    if (const int code = table_.row(reading->get(), key.primary, standing); code != 0)
      return tl::unexpected(environment_.error(code, "read"));
    if (standing) return ImportOutcome::already_there;
  }
  eviction_->keep_within_bound();
  Status committed = responses_.commit(key, response, Origin::imported);
  // What waits to be written may take longer than a single wait on a slow disk.
  constexpr int kWaitsMax = 12;
  for (int wait = 0; wait < kWaitsMax && !committed && committed.error().kind == ErrorKind::overloaded;
       ++wait) {
    const Status flushed = responses_.flush();
    if (!flushed && flushed.error().kind != ErrorKind::timed_out) return tl::unexpected(flushed.error());
    committed = responses_.commit(key, response, Origin::imported);
  }
  if (!committed) return tl::unexpected(committed.error());
  return ImportOutcome::added;
}

Result<StoreHealth> LmdbMaintenance::health() {
  StoreHealth health;
  const StoreBounds& bounds = environment_.bounds();
  health.format = kStoreFormat;
  health.bytes_max = bounds.bytes_max();
  health.file_bytes_max = bounds.file_bytes_max();
  health.other_process = environment_.presence().other_process();
  for (const SetAside& file : list_set_aside(environment_.directory().path())) {
    ++health.set_aside_files;
    health.set_aside_bytes += file.bytes;
  }
  health.stale_readers_cleared = environment_.clear_stale_readers();
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  if (environment_.file_is_in_place()) {
    if (auto filled = fill_in_file(health); !filled) return tl::unexpected(filled.error());
  } else {
    health.directory = environment_.directory().path().string();
    health.problems.push_back(
        "data.mdb was deleted or replaced while it was in use: answers are found until the broker ends and "
        "are "
        "lost then. Restart the broker; it makes a new store.");
  }
  health.readers = environment_.readers();
  health.map_bytes = environment_.map_bytes();
  TableTotals totals;
  int code = table_.totals(reading->get(), totals);
  if (code == 0) code = get_number(reading->get(), environment_.tables(), kGenerationName, health.generation);
  if (code != 0) return tl::unexpected(environment_.error(code, "read"));
  health.entries = totals.entries;
  health.record_bytes = totals.record_bytes;
  health.used_bytes = totals.used_bytes;
  health.free_bytes = health.file_bytes - std::min(health.file_bytes, totals.used_bytes);
  if (health.problems.empty()) name_problems(health);
  return health;
}

void LmdbMaintenance::name_problems(StoreHealth& health) {
  if (health.record_bytes > health.bytes_max)
    health.problems.push_back(
        "More stands than the bound allows, because it was lowered; a running broker is removing what was "
        "used "
        "longest ago.");
  if (health.file_bytes > health.file_bytes_max)
    health.problems.push_back(
        "The file is larger than its bound allows, because that was lowered: answers beyond the bound go at "
        "once, the file shrinks when the store is compacted.");
  if (health.disk_free_bytes < health.file_bytes_max - std::min(health.file_bytes_max, health.file_bytes))
    health.problems.push_back("The disk may fill up before the store reaches its bound.");
}

Status LmdbMaintenance::fill_in_file(StoreHealth& health) {
  const StoreDirectory& directory = environment_.directory();
  health.directory = directory.path().string();
  health.file_bytes = directory.data_file_bytes();
  const auto facts = directory.facts();
  if (!facts) return tl::unexpected(facts.error());
  health.directory_mode = facts->directory_mode;
  health.file_mode = facts->file_mode;
  health.disk_free_bytes = facts->disk_free_bytes;
  return {};
}

}  // namespace anyclaude::lmdb
