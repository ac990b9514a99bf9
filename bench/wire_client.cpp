#include "wire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace anyclaude::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

WireClient::~WireClient() {
  if (fd_ >= 0) ::close(fd_);
}

void WireClient::connect() {
  fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("connect");
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void WireClient::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), 0);
    if (sent <= 0) give_up("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t WireClient::receive() {
  std::array<char, 64 * 1024> buffer;
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got < 0) give_up("recv");
  reply_.append(buffer.data(), static_cast<std::size_t>(got));
  return static_cast<std::size_t>(got);
}

bool WireClient::is_whole(std::size_t head_end) const {
  const std::string_view head = std::string_view(reply_).substr(0, head_end);
  const std::size_t length_at = head.find("Content-Length: ");
  if (length_at == std::string_view::npos) return std::string_view(reply_).ends_with("\r\n0\r\n\r\n");
  return reply_.size() - head_end >= std::strtoul(head.data() + length_at + 16, nullptr, 10);
}

WireTimes WireClient::post(std::string_view path, std::string_view body, std::string_view extra_fields) {
  if (fd_ < 0) connect();
  std::string message =
      "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(extra_fields) +
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  message += body;
  reply_.clear();

  const auto start = std::chrono::steady_clock::now();
  send_all(message);
  WireTimes times;
  std::size_t head_end = std::string::npos;
  while (true) {
    const std::size_t got = receive();
    if (head_end == std::string::npos && (head_end = reply_.find("\r\n\r\n")) != std::string::npos)
      head_end += 4;
    const auto elapsed = std::chrono::steady_clock::now() - start;
    if (head_end != std::string::npos && times.first_body_byte.count() == 0 && reply_.size() > head_end)
      times.first_body_byte = elapsed;
    times.whole = elapsed;
    if (got == 0 || (head_end != std::string::npos && is_whole(head_end))) {
      const bool closes = got == 0 || std::string_view(reply_).substr(0, head_end).find("onnection: close") !=
                                          std::string_view::npos;
      if (closes) {
        ::close(fd_);
        fd_ = -1;
      }
      return times;
    }
  }
}

}  // namespace anyclaude::bench
