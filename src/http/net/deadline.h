#pragma once

#include <algorithm>
#include <chrono>

namespace anyclaude {

// A moment after which to stop waiting.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now)
      : at_(std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(from_now, kFarAway)) {}

  bool passed() const { return std::chrono::steady_clock::now() >= at_; }
  std::chrono::milliseconds left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }
  // For poll().
  int left_ms() const { return static_cast<int>(left().count()); }

 private:
  // Keeps additions to the clock, and poll's int, from overflowing.
  static constexpr std::chrono::hours kFarAway{24};
  std::chrono::steady_clock::time_point at_;
};

}  // namespace anyclaude
