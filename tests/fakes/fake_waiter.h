// Waits no time at all: it moves the clock that the test holds.
#pragma once

#include <chrono>
#include <vector>

#include "fakes/fake_clock.h"
#include "http/net/waiter.h"

namespace anyclaude::fakes {

class FakeWaiter final : public Waiter {
 public:
  explicit FakeWaiter(FakeClock& clock) : clock_(clock) {}

  WaitEnd wait(int, std::chrono::milliseconds time) override {
    waits.push_back(time);
    if (end == WaitEnd::passed) clock_.advance(time);
    return end;
  }

  std::vector<std::chrono::milliseconds> waits;
  WaitEnd end = WaitEnd::passed;  // of every wait

 private:
  FakeClock& clock_;
};

}  // namespace anyclaude::fakes
