#pragma once

#include <chrono>
#include <mutex>

#include "http/net/wake_event.h"

namespace anyclaude {

enum class WaitEnd { passed, client_left, stopped };

// Waits while a client is watched. Thread-safe: any number wait at once.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // For `time`, or until the client behind `client_fd` leaves (-1: none to watch) or the broker stops, which
  // is noticed at once.
  virtual WaitEnd wait(int client_fd, std::chrono::milliseconds time) = 0;
};

class StoppableWaiter final : public Waiter {
 public:
  WaitEnd wait(int client_fd, std::chrono::milliseconds time) override;
  // Ends every wait, those to come included. Idempotent.
  void stop();

 private:
  std::mutex mutex_;
  WakeEvent stopped_;
};

}  // namespace anyclaude
