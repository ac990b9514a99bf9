#include "storage/lmdb/store_eviction.h"

#include <utility>

#include "base/limits.h"

namespace anyclaude::lmdb {

StoreEviction::StoreEviction(std::shared_ptr<LmdbEnvironment> environment,
                             std::shared_ptr<RecencyLog> recency, const Clock& clock, LmdbAccess access)
    : environment_(std::move(environment)),
      recency_(std::move(recency)),
      table_(environment_->tables()),
      clock_(clock),
      access_(access),
      evicts_(access == LmdbAccess::serve),
      touches_taken_at_ms_(unix_milliseconds(clock.system_now())),
      readers_checked_at_(clock.steady_now()),
      catching_up_(holds_too_much()) {}

bool StoreEviction::holds_too_much() const {
  const auto reading = environment_->begin_read();
  TableTotals totals;
  return reading && table_.totals(reading->get(), totals) == 0 &&
         !environment_->bounds().table_bound(0).holds(totals);
}

bool StoreEviction::recency_due(Extent extent) const {
  const std::size_t counted = recency_->size();
  if (counted == 0 || extent == Extent::counted) return counted > 0;
  return counted >= environment_->bounds().recency_keys_max() ||
         now_ms() - touches_taken_at_ms_ >= limits::kStoreRecencyInterval.count();
}

bool StoreEviction::due(Extent extent) {
  if (recency_due(extent)) return true;
  if (access_ == LmdbAccess::maintain) return false;
  const auto reading = environment_->begin_read();
  if (!reading) return false;
  bool expired = false;
  if (table_.has_expired(reading->get(), now_ms(), expired) != 0) return false;
  return expired || holds_too_much();
}

void StoreEviction::prepare(Extent extent) {
  if (clock_.steady_now() - readers_checked_at_ >= limits::kStoreReaderCheckInterval) {
    readers_checked_at_ = clock_.steady_now();
    environment_->clear_stale_readers();
  }
  taken_.clear();
  if (!recency_due(extent)) return;
  taken_ = recency_->take(environment_->bounds().recency_keys_max());
  touches_taken_at_ms_ = now_ms();
}

int StoreEviction::write_recency(Transaction& txn) {
  unplaced_.clear();
  for (const auto& [key, touch] : taken_) {
    bool found = false;
    const int code = table_.touch(txn, key, touch.hits, touch.last_used_at_ms, found);
    if (code != 0) return code;
    if (!found) unplaced_.emplace(key, touch);
  }
  return 0;
}

int StoreEviction::apply(Transaction& txn, std::size_t room_bytes) {
  unfinished_ = false;
  expired_ = {};
  evicted_ = {};
  if (const int code = write_recency(txn); code != 0) return code;
  const std::size_t steps_max = environment_->bounds().eviction_steps_max();
  if (access_ == LmdbAccess::serve)
    if (const int code = table_.expire(txn, now_ms(), steps_max, expired_); code != 0) return code;
  std::size_t steps = 0;
  if (evicts_)
    if (const int code =
            table_.evict(txn, environment_->bounds().table_bound(room_bytes), steps_max, evicted_, steps);
        code != 0)
      return code;
  unfinished_ = expired_.entries >= steps_max || steps >= steps_max;
  return 0;
}

void StoreEviction::settle() {
  taken_.clear();
  for (const auto& [key, touch] : unplaced_) recency_->give_back(key, touch);
  unplaced_.clear();
  environment_->counters().expired += std::exchange(expired_, {}).entries;
  environment_->counters().evicted += std::exchange(evicted_, {}).entries;
}

bool StoreEviction::short_of(std::size_t room_bytes) {
  if (!evicts_) return false;
  if (catching_up_) catching_up_ = holds_too_much();
  const auto reading = environment_->begin_read();
  TableTotals totals;
  return reading && table_.totals(reading->get(), totals) == 0 && totals.entries > 0 &&
         !environment_->bounds().table_bound(room_bytes).holds(totals);
}

}  // namespace anyclaude::lmdb
