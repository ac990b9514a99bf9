#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "http/client/upstream_call.h"
#include "http/net/wake_event.h"

namespace anyclaude {

// Between the thread that reads the upstream and the one that writes to the client: bounded in bytes, so that
// a slow client slows the upstream down. One producer, one consumer.
class UpstreamQueue {
 public:
  // For the producer. push() waits while the queue is full; false once close() was called.
  bool push(UpstreamSignal signal);

  // For the consumer. The descriptor is readable while there is something to take.
  int fd() const { return event_.fd(); }
  std::optional<UpstreamSignal> take();
  // Nothing more is wanted: frees a waiting producer. From any thread.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::deque<UpstreamSignal> signals_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  WakeEvent event_;
};

}  // namespace anyclaude
