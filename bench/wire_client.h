// A bare HTTP client for benches: one kept connection, one request at a time, and the time to the first byte
// of a reply's body and to its end. It understands just what the servers of these benches send.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace anyclaude::bench {

struct WireTimes {
  std::chrono::nanoseconds first_body_byte{0};
  std::chrono::nanoseconds whole{0};
};

// Not thread-safe. Ends the program with a sentence when something fails: a bench that fails has no result.
class WireClient {
 public:
  explicit WireClient(int port) : port_(port) {}
  ~WireClient();

  // Sends a POST and reads the reply, which is kept in reply(). Connects when there is no connection.
  WireTimes post(std::string_view path, std::string_view body, std::string_view extra_fields = {});
  const std::string& reply() const { return reply_; }

 private:
  void connect();
  void send_all(std::string_view bytes);
  std::size_t receive();
  bool is_whole(std::size_t head_end) const;

  int port_;
  int fd_ = -1;
  std::string reply_;
};

}  // namespace anyclaude::bench
