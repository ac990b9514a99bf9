#include "storage/lmdb/lmdb_maintenance.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"

namespace anyclaude::lmdb {

Result<LmdbMaintenance::Step> LmdbMaintenance::look_at_some(const std::optional<Digest128>& after,
                                                            const Look& look) {
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  Cursor cursor;
  int code = cursor.open(reading->get(), environment_.tables().responses);
  std::string start;
  if (after) {
    const auto raw = after->bytes();
    start.assign(raw.data(), raw.size());
  }
  if (code == 0) code = cursor.seek(start);
  if (code == 0 && after && cursor.key() == start) code = cursor.next();
  Step step;
  for (std::size_t i = 0; code == 0 && i < limits::kStoreTidyEntriesMax; ++i) {
    if (const auto key = digest_at(cursor.key(), 0); key) {
      look(reading->get(), *key, cursor.value());
      step.last = key;
    }
    code = cursor.next();
  }
  if (code == MDB_NOTFOUND) return Step{};
  if (code != 0) return tl::unexpected(environment_.error(code, "read"));
  return step;
}

std::optional<EntryInfo> LmdbMaintenance::describe(MDB_txn* txn, const Digest128& key,
                                                   std::string_view record) const {
  const auto view = open_record(key, record);
  if (!view) return std::nullopt;
  std::optional<UsageRow> usage;
  if (table_.usage(txn, key, usage) != 0) return std::nullopt;
  return EntryInfo{.key = key,
                   .model = std::string(view->model),
                   .created_at_ms = view->created_at_ms,
                   .expires_at_ms = view->expires_at_ms,
                   .last_used_at_ms = usage ? usage->last_used_at_ms : view->created_at_ms,
                   .hits = usage ? usage->hits : 0,
                   .input_tokens = view->input_tokens,
                   .output_tokens = view->output_tokens,
                   .stored_bytes = sizeof(Digest128) + record.size(),
                   .message_bytes = view->message_bytes};
}

Status LmdbMaintenance::for_each(const std::function<bool(const EntryInfo&)>& visit) {
  // What this process has admitted and counted is to be seen; when it cannot be written, the rest still is.
  writer_.settle();
  std::optional<Digest128> after;
  do {
    std::vector<EntryInfo> seen;
    const auto step = look_at_some(after, [&](MDB_txn* txn, const Digest128& key, std::string_view record) {
      if (auto info = describe(txn, key, record); info) seen.push_back(std::move(*info));
    });
    if (!step) return tl::unexpected(step.error());
    for (const EntryInfo& info : seen)
      if (!visit(info)) return {};
    after = step->last;
  } while (after);
  return {};
}

Result<std::optional<StoredResponse>> LmdbMaintenance::inspect(const Digest128& primary) {
  writer_.settle();
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::optional<std::string_view> bytes;
  if (const int code = table_.find(reading->get(), primary, bytes); code != 0)
    return tl::unexpected(environment_.error(code, "read"));
  if (!bytes) return std::optional<StoredResponse>();
  const auto record = open_record(primary, *bytes);
  auto response = record ? codec_.unpack(*record) : tl::unexpected(record.error());
  if (response) return std::optional(std::move(*response));
  return fail(ErrorKind::corrupt, ErrorSource::store,
              response.error() == RecordFault::damaged
                  ? "The record of " + primary.hex() + " is damaged."
                  : "The record of " + primary.hex() + " was written by another version of anyclaude.");
}

Result<PurgeResult> LmdbMaintenance::purge(const std::function<bool(const EntryInfo&)>& matches,
                                           PurgeMode mode) {
  PurgeResult result;
  std::vector<Digest128> keys;
  const Status walked = for_each([&](const EntryInfo& info) {
    if (!matches(info)) return true;
    keys.push_back(info.key);
    if (mode == PurgeMode::dry_run) {
      ++result.entries;
      result.bytes += info.stored_bytes;
    }
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  if (mode == PurgeMode::dry_run) return result;
  for (auto at = keys.begin(); at != keys.end();) {
    const auto end = at + std::min<std::ptrdiff_t>(keys.end() - at, limits::kStoreTidyEntriesMax);
    const auto removed = remove_some({at, end});
    if (!removed) return tl::unexpected(removed.error());
    result.entries += removed->entries;
    result.bytes += removed->bytes;
    at = end;
  }
  return result;
}

Result<PurgeResult> LmdbMaintenance::remove_some(std::vector<Digest128> keys) {
  const auto removed = std::make_shared<Removed>();
  const Status status = writer_.run([table = table_, keys = std::move(keys), removed](MDB_txn* txn) {
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
  const Status status = writer_.run([table = table_, mode, removed](MDB_txn* txn) {
    *removed = {};
    if (mode == PurgeMode::remove) return table.clear(txn, *removed);
    if (const int code = table.entries(txn, removed->entries); code != 0) return code;
    return table.record_bytes(txn, removed->bytes);
  });
  if (!status) return tl::unexpected(status.error());
  return PurgeResult{removed->entries, removed->bytes};
}

Result<VerifyResult> LmdbMaintenance::verify() {
  writer_.settle();
  VerifyResult result;
  std::optional<Digest128> after;
  do {
    const auto step = look_at_some(after, [&](MDB_txn*, const Digest128& key, std::string_view bytes) {
      ++result.checked;
      const auto record = open_record(key, bytes);
      const auto response = record ? codec_.unpack(*record) : tl::unexpected(record.error());
      if (response) return;
      if (response.error() == RecordFault::damaged)
        result.damaged.push_back(key);
      else
        ++result.foreign_version;
    });
    if (!step) return tl::unexpected(step.error());
    after = step->last;
  } while (after);
  return result;
}

}  // namespace anyclaude::lmdb
