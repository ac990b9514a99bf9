// Answers that are admitted but not yet on disk. Lookups ask here first, so that a process finds what it has
// just admitted.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/digest.h"
#include "base/limits.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

struct PendingResponse {
  Digest128 check;
  std::shared_ptr<const StoredResponse> response;
  std::uint64_t ticket = 0;
};

// Thread-safe. Bounded by limits::kStorePendingBytesMax.
class PendingResponses {
 public:
  // The ticket to settle() it with; nothing when the table is full. A later answer for the same key hides the
  // earlier one.
  std::optional<std::uint64_t> add(const CacheKey& key, std::shared_ptr<const StoredResponse> response) {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = response->message_json.size();
    if (bytes_ + bytes > limits::kStorePendingBytesMax) return std::nullopt;
    bytes_ += bytes;
    const std::uint64_t ticket = ++last_ticket_;
    map_.insert_or_assign(key.primary, PendingResponse{key.check, std::move(response), ticket});
    return ticket;
  }

  // The answer is on disk, or is not going to be.
  void settle(const Digest128& primary, std::uint64_t ticket, std::size_t message_bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ -= message_bytes;
    const auto found = map_.find(primary);
    if (found != map_.end() && found->second.ticket == ticket) map_.erase(found);
  }

  std::optional<PendingResponse> find(const Digest128& primary) const {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(primary);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }

  bool empty() const {
    const std::lock_guard lock(mutex_);
    return map_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<Digest128, PendingResponse, Digest128Hash> map_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace anyclaude::lmdb
