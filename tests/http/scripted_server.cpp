#include "tests/http/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace anyclaude::test {

using namespace std::chrono_literals;

std::string ScriptedPeer::read_request() {
  std::string request;
  std::size_t size = 0;
  while (size == 0 || request.size() < size) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};
    request.append(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t head_end = request.find("\r\n\r\n");
    if (head_end == std::string::npos) continue;
    const std::size_t length = request.find("Content-Length: ");
    size = head_end + 4;
    if (length < head_end) size += static_cast<std::size_t>(std::atoll(request.c_str() + length + 16));
  }
  return request;
}

bool ScriptedPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::array pieces{bytes};
    const ssize_t sent = send_pieces(fd(), pieces);
    if (sent < 0) {
      if (errno != EAGAIN || wait_for(fd(), POLLOUT, Deadline(10s)) == 0) return false;
      continue;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ScriptedPeer::wait_until_left() {
  const Deadline deadline(10s);
  std::array<char, 16 * 1024> buffer;
  while (wait_for(fd(), POLLIN, deadline) != 0) {
    if (::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) return true;
  }
  return false;
}

void ScriptedPeer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close();
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), raw, size) != 0 || ::listen(listener_.get(), 128) != 0 ||
      ::getsockname(listener_.get(), raw, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  // A connection of our own ends accept() on every system.
  FileDescriptor last(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  stopping_ = true;
  ::connect(last.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  acceptor_.join();
  for (std::thread& script : scripts_) script.join();
}

Url ScriptedServer::url() const {
  Url url;
  url.host = "127.0.0.1";
  url.port = port_;
  return url;
}

void ScriptedServer::accept_all() {
  while (true) {
    FileDescriptor socket(::accept(listener_.get(), nullptr, nullptr));
    if (stopping_ || !socket.is_open()) return;
    set_no_delay(socket.get());
    scripts_.emplace_back([this, fd = socket.release()] {
      ScriptedPeer peer{FileDescriptor(fd)};
      script_(peer);
    });
  }
}

}  // namespace anyclaude::test
