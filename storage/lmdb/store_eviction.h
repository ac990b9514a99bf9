// Upkeep of the answers: counts hits, drops what has expired, keeps the store within its bound.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/recency_log.h"
#include "storage/lmdb/response_table.h"
#include "storage/lmdb/transaction_writer.h"

namespace anyclaude::lmdb {

class StoreEviction final : public Eviction {
 public:
  StoreEviction(std::shared_ptr<LmdbEnvironment> environment, std::shared_ptr<RecencyLog> recency,
                const Clock& clock, LmdbAccess access);

  // Who maintains the store and adds to it must keep it within its bound too. Thread-safe.
  void keep_within_bound() { evicts_ = true; }

  bool due(Extent extent) override;
  void prepare(Extent extent) override;
  int apply(Transaction& txn, std::size_t room_bytes) override;
  void settle() override;
  bool unfinished() const override { return unfinished_; }
  bool short_of(std::size_t room_bytes) override;
  bool catching_up() const override { return catching_up_; }

 private:
  std::int64_t now_ms() const { return unix_milliseconds(clock_.system_now()); }
  bool recency_due(Extent extent) const;
  bool holds_too_much() const;
  int write_recency(Transaction& txn);

  const std::shared_ptr<LmdbEnvironment> environment_;
  const std::shared_ptr<RecencyLog> recency_;
  const ResponseTable table_;
  const Clock& clock_;
  const LmdbAccess access_;
  std::atomic<bool> evicts_;
  std::atomic<std::int64_t> touches_taken_at_ms_;
  SteadyTime readers_checked_at_;
  // Of the batch that is being written.
  RecencyLog::Map taken_;
  RecencyLog::Map unplaced_;  // of entries that are not there
  Removed expired_;
  Removed evicted_;
  bool unfinished_ = false;
  // Until the bound holds for the first time; from then on it always does.
  bool catching_up_;
};

}  // namespace anyclaude::lmdb
