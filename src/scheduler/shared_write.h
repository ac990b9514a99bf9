// One write for all who come while another is under way.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "base/error.h"

namespace anyclaude {

// Thread-safe. No lock is held while a write runs.
class SharedWrite {
 public:
  explicit SharedWrite(std::chrono::milliseconds wait_max) : wait_max_(wait_max) {}

  // Returns the outcome of a call of `write` that began after this one did: its own, or that of another
  // caller. Where the write in its way fails, that is the outcome: a late caller does not wait for another
  // failure. Error{timed_out, store} after `wait_max` of waiting for others.
  Status run(const std::function<Status()>& write);

 private:
  enum class Phase { resting, writing };

  const std::chrono::milliseconds wait_max_;
  std::mutex mutex_;  // of everything below
  std::condition_variable ended_;
  Phase phase_ = Phase::resting;
  std::uint64_t begun_ = 0;  // how many writes
  Status last_;              // outcome of the one that ended last
};

}  // namespace anyclaude
