// Signs of life while something is held back.
#pragma once

#include <cstddef>

#include "base/limits.h"
#include "messages/events/message_stream.h"

namespace anyclaude {

// Pings are counted in bytes, not in time: the server is talking all the while, and the same reply always
// gives the same events.
class HoldPings {
 public:
  // To be told after each piece how much is held by now.
  void note(std::size_t held_bytes, MessageStream& stream) {
    const std::size_t due = held_bytes / limits::kToolCallHoldPingBytes;
    if (due > said_) stream.ping();
    said_ = due;
  }

 private:
  std::size_t said_ = 0;
};

}  // namespace anyclaude
