#include "tools/launcher/signals.h"

#include <pthread.h>

namespace anyclaude::launcher {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set_, number);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A signal whose default is to be ignored need not be kept, even while it is held back.
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGCHLD, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

std::optional<int> Signals::take() {
  sigset_t pending;
  sigemptyset(&pending);
  if (sigpending(&pending) != 0) return std::nullopt;
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD})
    if (sigismember(&pending, number) == 1) return wait();
  return std::nullopt;
}

int Signals::wait() {
  int number = 0;
  while (sigwait(&set_, &number) != 0) {
  }
  return number;
}

std::optional<int> Signals::take_request_to_end() {
  while (const auto number = take())
    if (*number != SIGCHLD) return number;
  return std::nullopt;
}

}  // namespace anyclaude::launcher
