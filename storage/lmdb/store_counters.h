// What went other than smoothly since the store was opened.
#pragma once

#include <atomic>
#include <cstdint>

#include "storage/response_store.h"

namespace anyclaude::lmdb {

// Thread-safe.
struct StoreCounters {
  std::atomic<std::uint64_t> expired{0};
  std::atomic<std::uint64_t> evicted{0};
  std::atomic<std::uint64_t> map_grown{0};
  std::atomic<std::uint64_t> map_resized{0};
  std::atomic<std::uint64_t> map_full{0};
  std::atomic<std::uint64_t> stale_readers{0};
  std::atomic<std::uint64_t> disk_full{0};
  std::atomic<std::uint64_t> write_denied{0};
  std::atomic<std::uint64_t> write_timeouts{0};
  std::atomic<std::uint64_t> compactions{0};
  std::atomic<std::uint64_t> set_aside{0};

  // A write that failed, by LMDB's or the system's code.
  void note_failure(int code);
  void fill_in(StoreStats& stats) const;
};

}  // namespace anyclaude::lmdb
