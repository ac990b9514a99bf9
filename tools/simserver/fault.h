// What can be made to go wrong with a reply.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace anyclaude::sim {

// Bytes are those of the reply's body. Faults combine: `stall=5000,status=503` is a late error.
struct Fault {
  std::optional<int> status;               // status=503: answers an error
  bool drop = false;                       // drop: closes the connection without a word
  std::optional<std::size_t> drop_after;   // drop-after=N: cuts the connection behind N bytes
  std::chrono::milliseconds stall{0};      // stall=MS: says nothing for so long, once
  std::size_t stall_after = 0;             // stall-after=N: when N bytes are out instead of at the start
  bool garbage = false;                    // garbage: what is sent is not JSON
  std::chrono::milliseconds slow{0};       // slow=MS: waits so long before each piece
  std::optional<std::size_t> error_after;  // error-after=N: an error inside the stream behind N bytes

  bool any() const {
    return status || drop || drop_after || stall.count() > 0 || garbage || slow.count() > 0 || error_after;
  }
};

// Reads a comma-separated list such as "slow=20,drop-after=300"; empty text is no fault. Errors are
// invalid_request that name the word not understood.
Result<Fault> parse_fault(std::string_view text);

// Faults for requests to come, one each. Thread-safe.
class FaultQueue {
 public:
  void push(const Fault& fault, std::size_t times);
  // No fault when the queue is empty.
  Fault take();
  std::size_t size() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::deque<Fault> faults_;
};

}  // namespace anyclaude::sim
