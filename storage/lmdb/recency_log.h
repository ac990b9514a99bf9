// Hits counted in memory until the writer takes them along.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/limits.h"

namespace anyclaude::lmdb {

struct Recency {
  std::uint64_t hits = 0;
  std::int64_t last_used_at_ms = 0;
  bool came_too_early = false;  // its entry was not written yet when it was
};

// Thread-safe. Bounded by limits::kStoreRecencyKeysMax: a count is a nicety, memory is not. A hit is noted in
// a row and sorted in with others: a large map is seldom in the processor's cache, and lookups need not wait
// for it.
class RecencyLog {
 public:
  using Map = std::unordered_map<Digest128, Recency, Digest128Hash>;

  void add(const Digest128& key, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    recent_.emplace_back(key, now_ms);
    if (recent_.size() >= kRecentMax) sort_in();
  }

  // Keys, not hits.
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    sort_in();
    return map_.size();
  }

  // The entry was not there. It may be on its way; if it is not there the next time either, it is gone.
  void give_back(const Digest128& key, const Recency& touch) {
    const std::lock_guard lock(mutex_);
    if (touch.came_too_early || map_.size() >= limits::kStoreRecencyKeysMax) return;
    Recency& standing = map_[key];
    standing.hits += touch.hits;
    standing.last_used_at_ms = std::max(standing.last_used_at_ms, touch.last_used_at_ms);
    standing.came_too_early = true;
  }

  // At most `keys_max` of them, so that no transaction becomes large.
  Map take(std::size_t keys_max) {
    const std::lock_guard lock(mutex_);
    sort_in();
    if (map_.size() <= keys_max) return std::exchange(map_, {});
    Map taken;
    while (taken.size() < keys_max) taken.insert(map_.extract(map_.begin()));
    return taken;
  }

 private:
  static constexpr std::size_t kRecentMax = 256;

  void sort_in() {
    for (const auto& [key, now_ms] : recent_) {
      if (map_.size() >= limits::kStoreRecencyKeysMax && !map_.contains(key)) continue;
      Recency& touch = map_[key];
      ++touch.hits;
      touch.last_used_at_ms = std::max(touch.last_used_at_ms, now_ms);
    }
    recent_.clear();
  }

  std::mutex mutex_;
  std::vector<std::pair<Digest128, std::int64_t>> recent_;
  Map map_;
};

}  // namespace anyclaude::lmdb
