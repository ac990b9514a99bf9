#include "storage/lmdb/store_tidying.h"

#include <utility>

#include "base/limits.h"

namespace anyclaude::lmdb {

StoreTidying::StoreTidying(std::shared_ptr<Environment> environment, std::shared_ptr<Touches> touches,
                           const Clock& clock, LmdbAccess access, std::uint64_t bytes_max)
    : environment_(std::move(environment)),
      touches_(std::move(touches)),
      table_(environment_->tables()),
      clock_(clock),
      access_(access),
      bytes_max_(bytes_max) {}

bool StoreTidying::due() {
  if (!touches_->empty()) return true;
  if (access_ == LmdbAccess::maintain) return false;
  bool untidy = false;
  const auto reading = environment_->begin_read();
  return reading && table_.untidy(reading->get(), now_ms(), bytes_max_, untidy) == 0 && untidy;
}

void StoreTidying::prepare() {
  taken_ = touches_->take();
}

int StoreTidying::apply(MDB_txn* txn) {
  unfinished_ = false;
  for (const auto& [key, touch] : taken_)
    if (const int code = table_.touch(txn, key, touch.hits, touch.last_used_at_ms); code != 0) return code;
  if (access_ == LmdbAccess::maintain) return 0;
  Removed expired;
  if (const int code = table_.expire(txn, now_ms(), limits::kStoreTidyEntriesMax, expired); code != 0)
    return code;
  Removed evicted;
  if (const int code = table_.evict(txn, bytes_max_, limits::kStoreTidyEntriesMax, evicted); code != 0)
    return code;
  unfinished_ =
      expired.entries >= limits::kStoreTidyEntriesMax || evicted.entries >= limits::kStoreTidyEntriesMax;
  return 0;
}

}  // namespace anyclaude::lmdb
