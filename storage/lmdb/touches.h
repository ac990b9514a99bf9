// Hits counted in memory until the writer takes them along.
#pragma once

#include <algorithm>
#include <cstddef>
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
  bool came_too_early = false;  // its entry was not written yet when it was
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

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return map_.size();
  }

  // The entry was not there. It may be on its way; if it is not there the next time either, it is gone.
  void give_back(const Digest128& key, const Touch& touch) {
    const std::lock_guard lock(mutex_);
    if (touch.came_too_early || map_.size() >= limits::kStoreTouchedKeysMax) return;
    Touch& standing = map_[key];
    standing.hits += touch.hits;
    standing.last_used_at_ms = std::max(standing.last_used_at_ms, touch.last_used_at_ms);
    standing.came_too_early = true;
  }

  // At most `keys_max` of them, so that no transaction becomes large.
  Map take(std::size_t keys_max) {
    const std::lock_guard lock(mutex_);
    if (map_.size() <= keys_max) return std::exchange(map_, {});
    Map taken;
    while (taken.size() < keys_max) taken.insert(map_.extract(map_.begin()));
    return taken;
  }

 private:
  mutable std::mutex mutex_;
  Map map_;
};

}  // namespace anyclaude::lmdb
