#include "tools/simserver/client_watch.h"

#include <algorithm>
#include <thread>

namespace anyclaude::sim {
namespace {

// Portable: not every system can wait for a hang-up and a time at once.
constexpr std::chrono::milliseconds kLookEvery{5};

}  // namespace

WaitEnd wait_until(SteadyTime time, ClientWatch& client) {
  for (SteadyTime now = std::chrono::steady_clock::now(); now < time;
       now = std::chrono::steady_clock::now()) {
    if (client.left()) return WaitEnd::client_left;
    std::this_thread::sleep_until(std::min(time, now + kLookEvery));
  }
  return WaitEnd::reached;
}

}  // namespace anyclaude::sim
