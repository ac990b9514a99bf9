// Keeps calls of one server apart, where it is not safe for several at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace anyclaude {

// First come, first served. Thread-safe; outlives its turns.
class ConcurrencyLimiter {
 public:
  // Nothing: as many calls at once as come.
  explicit ConcurrencyLimiter(std::optional<std::uint64_t> calls_max) : calls_max_(calls_max) {}

  // A place in the line, then the right to call; given back when it goes. Used by one thread.
  class Permit {
   public:
    explicit Permit(ConcurrencyLimiter& gate);
    ~Permit();
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;

    // Whether it has come, after `time` at the latest. Once true it stays true.
    bool wait_for(std::chrono::milliseconds time);

   private:
    ConcurrencyLimiter& gate_;
    const std::uint64_t number_;
    bool has_come_ = false;
  };

 private:
  const std::optional<std::uint64_t> calls_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_number_ = 0;
  std::uint64_t running_ = 0;
  std::deque<std::uint64_t> waiting_;
};

}  // namespace anyclaude
