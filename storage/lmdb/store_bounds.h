// How large a store may become, and how much one transaction may do so that it never becomes larger.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "storage/lmdb/response_table.h"

namespace anyclaude::lmdb {

// LMDB never changes a page in place, and uses the pages that a transaction gave up only in the one after the
// next. So an eighth of the file stays free for what is being rewritten, and a transaction on a small store
// is small.
class StoreBounds {
 public:
  explicit StoreBounds(std::uint64_t bytes_max)
      : bytes_max_(bytes_max > 0 ? bytes_max : limits::kStoreBytesMaxDefault) {}

  std::uint64_t bytes_max() const { return bytes_max_; }
  // The map ends here, so the file does. Below 8 MiB LMDB's own pages weigh too much for the quarter.
  std::uint64_t file_bytes_max() const {
    constexpr std::uint64_t kLeastRoomBytes = 2 * 1024 * 1024;
    const std::uint64_t bytes = bytes_max_ + std::max(bytes_max_ / 4, kLeastRoomBytes);
    return bytes / kPageBytesMax * kPageBytesMax;
  }
  // What a full file of so many bytes needs beside it so that something can be removed from it; whole pages.
  static std::uint64_t spare_bytes(std::uint64_t file_bytes) {
    constexpr std::uint64_t kLeastSpareBytes = 2 * 1024 * 1024;
    return std::max(file_bytes / 16 / kPageBytesMax * kPageBytesMax, kLeastSpareBytes);
  }
  // What may stand when `room_bytes` are about to be written.
  TableBound table_bound(std::uint64_t room_bytes) const {
    const std::uint64_t used_max = file_bytes_max() - file_bytes_max() / 8;
    // Beside its own bytes a record costs some of its neighbours' pages.
    const std::uint64_t used_room = room_bytes > 0 ? room_bytes + room_bytes / 8 + 16 * kPageBytes : 0;
    return {bytes_max_ - std::min(room_bytes, bytes_max_), used_max - std::min(used_room, used_max)};
  }

  std::size_t jobs_max() const { return within(8, pages() / 80, limits::kStoreBatchJobsMax); }
  std::size_t batch_bytes_max() const { return static_cast<std::size_t>(file_bytes_max() / 64); }
  std::size_t eviction_steps_max() const {
    return within(64, pages() / 40, limits::kStoreEvictionEntriesMax);
  }
  // Entries that were chosen need no looking at; the more go at once, the fewer pages are rewritten.
  std::size_t purge_max() const { return within(64, pages() / 40, limits::kStorePurgeEntriesMax); }
  std::size_t recency_keys_max() const { return within(32, pages() / 64, limits::kStoreRecencyWrittenMax); }

 private:
  static constexpr std::uint64_t kPageBytes = 4'096;
  static constexpr std::uint64_t kPageBytesMax = 64 * 1024;

  std::uint64_t pages() const { return file_bytes_max() / kPageBytes; }
  static std::size_t within(std::uint64_t least, std::uint64_t wanted, std::uint64_t most) {
    return static_cast<std::size_t>(std::clamp(wanted, least, most));
  }

  std::uint64_t bytes_max_;
};

}  // namespace anyclaude::lmdb
