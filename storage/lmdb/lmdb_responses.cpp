#include "storage/lmdb/lmdb_responses.h"

#include <utility>

namespace anyclaude::lmdb {
namespace {

class LmdbWrite final : public ResponseWrite {
 public:
  LmdbWrite(LmdbResponses& store, const CacheKey& key) : store_(store), key_(key) {}
  Status commit(StoredResponse response) override {
    return store_.commit(key_, std::move(response), Origin::answered);
  }

 private:
  LmdbResponses& store_;
  const CacheKey key_;
};

}  // namespace

LmdbResponses::LmdbResponses(LmdbEnvironment& environment, TransactionWriter& writer,
                             std::shared_ptr<const RecordCodec> codec, std::shared_ptr<RecencyLog> recency,
                             const Clock& clock)
    : environment_(environment),
      writer_(writer),
      table_(environment.tables()),
      codec_(std::move(codec)),
      recency_(std::move(recency)),
      pending_(std::make_shared<PendingResponses>()),
      writes_(std::make_shared<std::atomic<std::uint64_t>>(0)),
      imports_pending_(std::make_shared<std::atomic<std::uint64_t>>(0)),
      clock_(clock) {}

Result<std::optional<StoredResponse>> LmdbResponses::find(const CacheKey& key) {
  auto found = find_anywhere(key);
  if (!found) ++read_errors_;
  if (!found || !*found) {
    ++misses_;
    return found;
  }
  ++hits_;
  recency_->add(key.primary, now_ms());
  return found;
}

Result<std::optional<StoredResponse>> LmdbResponses::find_anywhere(const CacheKey& key) {
  Result<std::optional<StoredResponse>> found;
  if (const auto pending = pending_->find(key.primary); !pending) {
    found = find_stored(key);
  } else if (pending->check == key.check) {
    found = *pending->response;
  }
  if (found && *found && (*found)->expires_at_ms <= now_ms()) found = std::optional<StoredResponse>();
  return found;
}

bool LmdbResponses::has_imports() {
  if (imports_pending_->load() > 0) return true;
  const auto reading = environment_.begin_read();
  std::uint64_t count = 0;
  return reading && table_.imports(reading->get(), count) == 0 && count > 0;
}

// The answer is put under its new key before it is taken from its old one, and both in the order they are
// queued: at no moment is it nowhere.
Result<std::optional<StoredResponse>> LmdbResponses::adopt(std::string_view canonical_sha256,
                                                           std::string_view partition, const CacheKey& key) {
  const CacheKey place = import_key(canonical_sha256, partition);
  auto found = find_anywhere(place);
  if (!found) ++read_errors_;
  if (!found || !*found) return found;
  if (auto committed = commit(key, **found, Origin::answered); !committed)
    return tl::unexpected(committed.error());
  writer_.enqueue({.apply = [table = table_, primary = place.primary](Transaction& txn) {
    Removed removed;
    return table.remove(txn, primary, removed);
  }});
  ++hits_;
  recency_->add(key.primary, now_ms());
  return found;
}

Result<std::optional<StoredResponse>> LmdbResponses::find_stored(const CacheKey& key) {
  const auto bytes = read_record(key.primary);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::optional<StoredResponse>();
  const auto record = open_record(key.primary, **bytes);
  if (record && record->check != key.check) return std::optional<StoredResponse>();
  auto response = record ? codec_->unpack(*record) : tl::unexpected(record.error());
  if (response) return std::optional(std::move(*response));
  if (response.error() == RecordFault::damaged) ++read_errors_;
  return std::optional<StoredResponse>();
}

// A copy, so that the transaction ends before anything is unpacked.
Result<std::optional<std::string>> LmdbResponses::read_record(const Digest128& primary) {
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::optional<std::string> record;
  if (const int code = table_.find(reading->get(), primary, record); code != 0)
    return tl::unexpected(environment_.error(code, "read"));
  return record;
}

std::unique_ptr<ResponseWrite> LmdbResponses::begin_write(const CacheKey& key) {
  return std::make_unique<LmdbWrite>(*this, key);
}

// Packing happens on the writer thread: the caller has a client waiting.
Status LmdbResponses::commit(const CacheKey& key, StoredResponse response, Origin origin) {
  if (auto checked = check_storable(response); !checked) return checked;
  const auto shared = std::make_shared<const StoredResponse>(std::move(response));
  const auto ticket = pending_->add(key, shared);
  if (!ticket)
    return fail(ErrorKind::overloaded, ErrorSource::store,
                "Answers come faster than the store can be written.", Retry::later);
  const bool imported = origin == Origin::imported;
  if (imported) ++*imports_pending_;
  const auto record = std::make_shared<std::string>();
  WriteJob job;
  job.prepare = [codec = codec_, key, shared, record] {
    *record = codec->encode(key, *shared);
    return record->size();
  };
  job.apply = [table = table_, key, record, row = row_of(*shared, now_ms(), origin)](Transaction& txn) {
    return table.put(txn, key.primary, *record, row);
  };
  job.done = [pending = pending_, imports = imports_pending_, writes = writes_, key, shared, imported,
              ticket = *ticket](const Status& status) {
    if (status) ++*writes;
    if (imported) --*imports;
    pending->settle(key.primary, ticket, shared->message_json.size());
  };
  writer_.enqueue(std::move(job));
  return {};
}

Result<bool> LmdbResponses::remove(const Digest128& primary) {
  const auto removed = std::make_shared<Removed>();
  const Status status = writer_.run([table = table_, primary, removed](Transaction& txn) {
    *removed = {};
    return table.remove(txn, primary, *removed);
  });
  if (!status) return tl::unexpected(status.error());
  return removed->entries > 0;
}

Result<StoreStats> LmdbResponses::stats() {
  if (!pending_->empty()) (void)writer_.run(WriteJob{});
  StoreStats stats;
  environment_.counters().fill_in(stats);
  stats.file_bytes = environment_.file_bytes();
  stats.bytes_max = environment_.bounds().bytes_max();
  stats.hits = hits_;
  stats.misses = misses_;
  stats.writes = *writes_;
  stats.errors = read_errors_ + writer_.failures();
  stats.last_error = writer_.last_error();
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  TableTotals totals;
  int code = table_.totals(reading->get(), totals);
  if (code == 0) code = get_number(reading->get(), environment_.tables(), kGenerationName, stats.generation);
  if (code != 0) return tl::unexpected(environment_.error(code, "read"));
  stats.entries = totals.entries;
  stats.imports = totals.imports;
  stats.record_bytes = totals.record_bytes;
  stats.used_bytes = totals.used_bytes;
  return stats;
}

}  // namespace anyclaude::lmdb
