// Signals as something a loop can ask for, instead of handlers.
#pragma once

#include <signal.h>

#include <optional>

namespace anyclaude::launcher {

// Holds back SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGCHLD in the calling thread and all it starts afterwards.
// Make one in main, before any thread.
class Signals {
 public:
  Signals();

  // The first of them that has arrived, if one has.
  std::optional<int> take();
  // Waits for one.
  int wait();
  // The same without SIGCHLD: a signal that asks this program to end.
  std::optional<int> take_request_to_end();

 private:
  sigset_t set_;
};

}  // namespace anyclaude::launcher
