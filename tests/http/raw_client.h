// A client that sends exactly the bytes it is given, for what no HTTP library would send.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/net/socket.h"

namespace anyclaude::test {

class RawClient {
 public:
  explicit RawClient(int port);

  int fd() const { return socket_.get(); }
  bool is_connected() const { return socket_.is_open(); }
  // False once the server has closed.
  bool send(std::string_view bytes);
  // Reads until the text so far contains `wanted`; what was read, whole or not, is the answer.
  std::string read_until(std::string_view wanted,
                         std::chrono::milliseconds time_max = std::chrono::seconds(10));
  // Reads until the server closes.
  std::string read_all(std::chrono::milliseconds time_max = std::chrono::seconds(10));
  // After read_all(): whether the server closed in the time given.
  bool saw_end() const { return saw_end_; }
  void half_close();
  void close() { socket_.close(); }

 private:
  // False at the end of the stream or when time is up.
  bool receive(Deadline deadline);

  FileDescriptor socket_;
  std::string received_;
  bool saw_end_ = false;
};

// One request on a connection of its own, read until the server closes or `time_max` is over.
std::string exchange(int port, std::string_view request);

int status_of(std::string_view reply);
std::string body_of(std::string_view reply);

}  // namespace anyclaude::test
