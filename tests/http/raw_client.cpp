#include "tests/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace anyclaude::test {

RawClient::RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  set_no_delay(socket_.get());
  if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) socket_.close();
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::array pieces{bytes};
    const ssize_t sent = send_pieces(fd(), pieces);
    if (sent < 0) {
      if (errno != EAGAIN || wait_for(fd(), POLLOUT, Deadline(std::chrono::seconds(10))) == 0) return false;
      continue;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::receive(Deadline deadline) {
  std::array<char, 64 * 1024> buffer;
  if (wait_for(fd(), POLLIN, deadline) == 0) return false;
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
  saw_end_ = got <= 0;
  return got > 0;
}

std::string RawClient::read_until(std::string_view wanted, std::chrono::milliseconds time_max) {
  const Deadline deadline(time_max);
  while (received_.find(wanted) == std::string::npos && receive(deadline)) {
  }
  return std::exchange(received_, {});
}

std::string RawClient::read_all(std::chrono::milliseconds time_max) {
  const Deadline deadline(time_max);
  while (receive(deadline)) {
  }
  return std::exchange(received_, {});
}

void RawClient::half_close() {
  ::shutdown(fd(), SHUT_WR);
}

std::string exchange(int port, std::string_view request) {
  RawClient client(port);
  client.send(request);
  return client.read_all();
}

int status_of(std::string_view reply) {
  return reply.starts_with("HTTP/1.1 ") ? std::atoi(std::string(reply.substr(9, 3)).c_str()) : 0;
}

std::string body_of(std::string_view reply) {
  const std::size_t end = reply.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(reply.substr(end + 4));
}

}  // namespace anyclaude::test
