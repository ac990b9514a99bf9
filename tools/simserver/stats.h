// What the server has done since it started or was last reset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace anyclaude::sim {

struct StatsSnapshot {
  std::uint64_t requests = 0;  // chat and messages requests, however they ended
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;      // the client left
  std::uint64_t refused = 0;        // malformed or larger than the context
  std::uint64_t faulted = 0;        // ended by a fault that was asked for, or slowed by one
  std::uint64_t prompt_tokens = 0;  // of the requests that got a slot
  std::uint64_t prefilled_tokens = 0;
  std::uint64_t reused_tokens = 0;
  std::uint64_t generated_tokens = 0;
};

// Thread-safe.
class Stats {
 public:
  template <typename Change>
  void update(Change change) {
    const std::lock_guard lock(mutex_);
    change(figures_);
  }
  StatsSnapshot snapshot() const {
    const std::lock_guard lock(mutex_);
    return figures_;
  }
  void reset() {
    const std::lock_guard lock(mutex_);
    figures_ = {};
  }

 private:
  mutable std::mutex mutex_;
  StatsSnapshot figures_;
};

}  // namespace anyclaude::sim
