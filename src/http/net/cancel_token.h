#pragma once

#include <atomic>
#include <mutex>

#include "http/net/socket.h"

namespace anyclaude {

// Ends whatever another thread does with a socket, at once and for good: the flag stays up, so that a cancel
// that comes before there is a socket is not lost. Thread-safe.
class CancelToken {
 public:
  void cancel();
  bool is_cancelled() const { return cancelled_; }

  // From now on cancel() shuts this socket down. If cancelled already, makes connecting it fail at once.
  void watch(int fd);
  void unwatch();

 private:
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  // A duplicate, so that it can never come to mean another socket.
  FileDescriptor socket_;
};

}  // namespace anyclaude
