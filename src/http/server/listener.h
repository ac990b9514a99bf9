#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/net/socket.h"

namespace anyclaude {

// The listening socket and its accept loop, which are cpp-httplib's.
class Listener {
 public:
  // Called on the accepting thread, one connection at a time; must not block.
  using OnConnection = std::function<void(FileDescriptor)>;

  virtual ~Listener() = default;

  static Result<std::unique_ptr<Listener>> bind(const std::string& host, int port,
                                                OnConnection on_connection);

  virtual int port() const = 0;
  // Accepts until stop().
  virtual void run() = 0;
  // Thread-safe, idempotent; also before run().
  virtual void stop() = 0;
};

}  // namespace anyclaude
