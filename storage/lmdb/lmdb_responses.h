// ResponseStore over LMDB: pending answers first, then the table.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/pending_responses.h"
#include "storage/lmdb/recency_log.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/response_table.h"
#include "storage/lmdb/transaction_writer.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

class LmdbResponses final : public ResponseStore {
 public:
  LmdbResponses(LmdbEnvironment& environment, TransactionWriter& writer,
                std::shared_ptr<const RecordCodec> codec, std::shared_ptr<RecencyLog> recency,
                const Clock& clock);

  Result<std::optional<StoredResponse>> find(const CacheKey& key) override;
  std::unique_ptr<ResponseWrite> begin_write(const CacheKey& key) override;
  Result<bool> remove(const Digest128& primary) override;
  bool has_imports() override;
  Result<std::optional<StoredResponse>> adopt(std::string_view canonical_sha256, std::string_view partition,
                                              const CacheKey& key) override;
  // Waits for answers that are on their way to the disk, so that they are counted.
  Result<StoreStats> stats() override;
  Status flush() override { return writer_.flush(); }

  Status commit(const CacheKey& key, StoredResponse response, Origin origin);
  bool is_pending(const Digest128& primary) const { return pending_->find(primary).has_value(); }

 private:
  std::int64_t now_ms() const { return unix_milliseconds(clock_.system_now()); }
  Result<std::optional<StoredResponse>> find_anywhere(const CacheKey& key);
  Result<std::optional<StoredResponse>> find_stored(const CacheKey& key);
  Result<std::optional<std::string>> read_record(const Digest128& primary);

  LmdbEnvironment& environment_;
  TransactionWriter& writer_;
  const ResponseTable table_;
  const std::shared_ptr<const RecordCodec> codec_;
  const std::shared_ptr<RecencyLog> recency_;
  const std::shared_ptr<PendingResponses> pending_;
  const std::shared_ptr<std::atomic<std::uint64_t>> writes_;
  const std::shared_ptr<std::atomic<std::uint64_t>> imports_pending_;
  const Clock& clock_;
  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> read_errors_{0};
};

}  // namespace anyclaude::lmdb
