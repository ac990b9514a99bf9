#pragma once

#include "http/net/socket.h"

namespace anyclaude {

// A descriptor that poll() finds readable between signal() and clear(). Not thread-safe by itself: callers
// hold a lock around both.
class WakeEvent {
 public:
  WakeEvent();

  int fd() const { return read_end_.get(); }
  void signal();
  void clear();

 private:
  FileDescriptor read_end_;
  FileDescriptor write_end_;  // the same as read_end_ where the system has eventfd
  bool is_signalled_ = false;
};

}  // namespace anyclaude
