#include "storage/lmdb/store_counters.h"

#include <cerrno>

namespace anyclaude::lmdb {

void StoreCounters::note_failure(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      ++disk_full;
      break;
    case EROFS:
    case EACCES:
    case EPERM:
      ++write_denied;
      break;
    default:
      break;
  }
}

void StoreCounters::fill_in(StoreStats& stats) const {
  stats.expired = expired;
  stats.evicted = evicted;
  stats.map_grown = map_grown;
  stats.map_resized = map_resized;
  stats.map_full = map_full;
  stats.stale_readers = stale_readers;
  stats.disk_full = disk_full;
  stats.write_denied = write_denied;
  stats.write_timeouts = write_timeouts;
  stats.compactions = compactions;
  stats.set_aside = set_aside;
}

}  // namespace anyclaude::lmdb
