// One client's connection: what was read and not yet used, and sends that end in time.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "http/net/deadline.h"
#include "http/net/socket.h"

namespace anyclaude {

enum class Received { bytes, closed, timed_out };
enum class Sent { all, client_gone };

// Used by one thread. The socket belongs to someone else, who keeps it open as long as this lives.
class ServerConnection {
 public:
  ServerConnection(int fd, std::chrono::milliseconds write_time_max)
      : fd_(fd), write_time_max_(write_time_max) {}

  int fd() const { return fd_; }

  // Bytes read ahead of their use: the rest of a head, the next pipelined request.
  std::string_view buffered() const { return std::string_view(buffer_).substr(used_); }
  void consume(std::size_t count);

  // Waits for bytes without reading them.
  Received wait_readable(Deadline deadline);
  // Reads what is there behind buffered().
  Received receive(Deadline deadline);
  // Reads up to `count` bytes to the end of `out`, from the buffer first.
  Received receive_into(std::string& out, std::size_t count, Deadline deadline);

  // Sends every byte, or finds that the client has gone or takes nothing for write_time_max.
  Sent send(std::string_view first, std::string_view second = {}, std::string_view third = {});

  // The reply is over, but the request was not read: says so, and reads and drops what comes for a moment.
  void end_with_request_unread();
  // Ends the connection so that the client cannot take what it has for the whole.
  void reset();

 private:
  int fd_;
  std::chrono::milliseconds write_time_max_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace anyclaude
