#include "backend/identity/concurrency_limiter.h"

#include <algorithm>

namespace anyclaude {

ConcurrencyLimiter::Permit::Permit(ConcurrencyLimiter& gate)
    : gate_(gate), number_([&gate] {
        const std::lock_guard lock(gate.mutex_);
        gate.waiting_.push_back(gate.next_number_);
        return gate.next_number_++;
      }()) {}

ConcurrencyLimiter::Permit::~Permit() {
  {
    const std::lock_guard lock(gate_.mutex_);
    if (has_come_) {
      --gate_.running_;
    } else {
      std::erase(gate_.waiting_, number_);
    }
  }
  gate_.changed_.notify_all();
}

bool ConcurrencyLimiter::Permit::wait_for(std::chrono::milliseconds time) {
  if (has_come_) return true;
  std::unique_lock lock(gate_.mutex_);
  has_come_ = gate_.changed_.wait_for(lock, time, [this] {
    const bool is_free = !gate_.calls_max_ || gate_.running_ < *gate_.calls_max_;
    return is_free && gate_.waiting_.front() == number_;
  });
  if (!has_come_) return false;
  gate_.waiting_.pop_front();
  ++gate_.running_;
  lock.unlock();
  gate_.changed_.notify_all();
  return true;
}

}  // namespace anyclaude
