#include "storage/lmdb/lmdb_responses.h"

#include <utility>

namespace anyclaude::lmdb {
namespace {

class LmdbWrite final : public ResponseWrite {
 public:
  LmdbWrite(LmdbResponses& store, const CacheKey& key) : store_(store), key_(key) {}
  Status commit(StoredResponse response) override { return store_.commit(key_, std::move(response)); }

 private:
  LmdbResponses& store_;
  const CacheKey key_;
};

}  // namespace

LmdbResponses::LmdbResponses(Environment& environment, TransactionWriter& writer,
                             std::shared_ptr<const RecordCodec> codec, std::shared_ptr<Touches> touches,
                             const Clock& clock)
    : environment_(environment),
      writer_(writer),
      table_(environment.tables()),
      codec_(std::move(codec)),
      touches_(std::move(touches)),
      pending_(std::make_shared<PendingResponses>()),
      writes_(std::make_shared<std::atomic<std::uint64_t>>(0)),
      clock_(clock) {}

Result<std::optional<StoredResponse>> LmdbResponses::find(const CacheKey& key) {
  Result<std::optional<StoredResponse>> found;
  if (const auto pending = pending_->find(key.primary); !pending) {
    found = find_stored(key);
  } else if (pending->check == key.check) {
    found = *pending->response;
  }
  if (found && *found && (*found)->expires_at_ms <= now_ms()) found = std::optional<StoredResponse>();
  if (!found) ++read_errors_;
  if (!found || !*found) {
    ++misses_;
    return found;
  }
  ++hits_;
  touches_->add(key.primary, now_ms());
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
  std::optional<std::string_view> record;
  if (const int code = table_.find(reading->get(), primary, record); code != 0)
    return tl::unexpected(environment_.error(code, "read"));
  if (!record) return std::optional<std::string>();
  return std::optional(std::string(*record));
}

std::unique_ptr<ResponseWrite> LmdbResponses::begin_write(const CacheKey& key) {
  return std::make_unique<LmdbWrite>(*this, key);
}

// Packing happens on the writer thread: the caller has a client waiting.
Status LmdbResponses::commit(const CacheKey& key, StoredResponse response) {
  if (auto checked = check_storable(response); !checked) return checked;
  const auto shared = std::make_shared<const StoredResponse>(std::move(response));
  const auto ticket = pending_->add(key, shared);
  if (!ticket)
    return fail(ErrorKind::overloaded, ErrorSource::store,
                "Answers come faster than the store can be written.", Retry::later);
  const auto record = std::make_shared<std::string>();
  WriteJob job;
  job.apply = [table = table_, codec = codec_, key, shared, record, now = now_ms()](MDB_txn* txn) {
    if (record->empty()) *record = codec->encode(key, *shared);
    return table.put(txn, key.primary, *record, shared->expires_at_ms, now);
  };
  job.done = [pending = pending_, writes = writes_, key, shared, ticket = *ticket](const Status& status) {
    if (status) ++*writes;
    pending->settle(key.primary, ticket, shared->message_json.size());
  };
  writer_.enqueue(std::move(job));
  return {};
}

Result<bool> LmdbResponses::remove(const Digest128& primary) {
  const auto removed = std::make_shared<Removed>();
  const Status status = writer_.run([table = table_, primary, removed](MDB_txn* txn) {
    *removed = {};
    return table.remove(txn, primary, *removed);
  });
  if (!status) return tl::unexpected(status.error());
  return removed->entries > 0;
}

Result<StoreStats> LmdbResponses::stats() {
  if (!pending_->empty()) (void)writer_.run({});
  StoreStats stats;
  stats.file_bytes = environment_.file_bytes();
  stats.hits = hits_;
  stats.misses = misses_;
  stats.writes = *writes_;
  stats.errors = read_errors_ + writer_.failures();
  stats.last_error = writer_.last_error();
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  int code = table_.entries(reading->get(), stats.entries);
  if (code == 0) code = table_.record_bytes(reading->get(), stats.record_bytes);
  if (code != 0) return tl::unexpected(environment_.error(code, "read"));
  return stats;
}

}  // namespace anyclaude::lmdb
