// Hits counted in memory until the writer takes them along.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/digest.h"
#include "base/limits.h"

namespace anyclaude::lmdb {

struct Touch {
  std::uint64_t hits = 0;
  std::int64_t last_used_at_ms = 0;
};

// Thread-safe. Bounded by limits::kStoreTouchedKeysMax: a count is a nicety, memory is not.
class Touches {
 public:
  using Map = std::unordered_map<Digest128, Touch, Digest128Hash>;

  void add(const Digest128& key, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (map_.size() >= limits::kStoreTouchedKeysMax && !map_.contains(key)) return;
    Touch& touch = map_[key];
    ++touch.hits;
    touch.last_used_at_ms = std::max(touch.last_used_at_ms, now_ms);
  }

  bool empty() const {
    const std::lock_guard lock(mutex_);
    return map_.empty();
  }

  Map take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(map_, {});
  }

 private:
  mutable std::mutex mutex_;
  Map map_;
};

}  // namespace anyclaude::lmdb
