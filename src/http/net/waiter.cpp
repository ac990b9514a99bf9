#include "http/net/waiter.h"

#include <poll.h>

#include <array>

#include "http/net/deadline.h"

namespace anyclaude {

WaitEnd StoppableWaiter::wait(int client_fd, std::chrono::milliseconds time) {
  const Deadline deadline(time);
  while (true) {
    std::array<pollfd, 2> entries{pollfd{stopped_.fd(), POLLIN, 0}, pollfd{client_fd, hangup_events(), 0}};
    const int ready = ::poll(entries.data(), entries.size(), deadline.left_ms());
    if (ready > 0 && entries[0].revents != 0) return WaitEnd::stopped;
    if (ready > 0 && entries[1].revents != 0 && means_gone(client_fd, entries[1].revents))
      return WaitEnd::client_left;
    if (deadline.passed()) return WaitEnd::passed;
  }
}

void StoppableWaiter::stop() {
  const std::lock_guard lock(mutex_);
  stopped_.signal();
}

}  // namespace anyclaude
