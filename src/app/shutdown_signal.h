// Turns SIGINT and SIGTERM into something a thread can wait for.
#pragma once

#include "base/error.h"

namespace anyclaude {

// Blocks SIGINT and SIGTERM in the calling thread and all it starts afterwards. Make one in main, before any
// thread.
class ShutdownSignal {
 public:
  ShutdownSignal();
  // Blocks until one of them arrives; returns its number.
  int wait();
};

}  // namespace anyclaude
