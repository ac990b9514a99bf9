// A clock that stands still until a test moves it.
#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.h"

namespace anyclaude {

// Thread-safe. Starts at a fixed moment (2026-01-01T00:00:00Z), so that runs are alike.
class FakeClock final : public Clock {
 public:
  SystemTime system_now() const override {
    const std::lock_guard lock(mutex_);
    return system_;
  }
  SteadyTime steady_now() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  // Both clocks move together.
  void advance(std::chrono::milliseconds by) {
    const std::lock_guard lock(mutex_);
    system_ += by;
    steady_ += by;
  }
  // The system clock alone, as when somebody sets it.
  void set_system(SystemTime time) {
    const std::lock_guard lock(mutex_);
    system_ = time;
  }

 private:
  mutable std::mutex mutex_;
  SystemTime system_{std::chrono::seconds{1'767'225'600}};
  SteadyTime steady_{std::chrono::hours{1}};
};

}  // namespace anyclaude
