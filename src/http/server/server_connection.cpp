#include "http/server/server_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
// More than a usual request, so that it comes in one call; each read clears this much memory first.
constexpr std::size_t kDirectReadBytesMax = 128 * 1024;

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// Grows `out` by what one recv brings, at most `count` bytes.
Received receive_to(int fd, std::string& out, std::size_t count, Deadline deadline) {
  const std::size_t before = out.size();
  out.resize(before + count);
  ssize_t got = -1;
  // Trying first saves a system call whenever the bytes are already there.
  while ((got = ::recv(fd, out.data() + before, count, MSG_DONTWAIT)) < 0 && would_block(errno)) {
    if (wait_for(fd, POLLIN, deadline) == 0) {
      out.resize(before);
      return Received::timed_out;
    }
  }
  out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0 ? Received::bytes : Received::closed;
}

}  // namespace

void ServerConnection::consume(std::size_t count) {
  used_ += count;
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  }
}

Received ServerConnection::wait_readable(Deadline deadline) {
  return wait_for(fd_, POLLIN, deadline) == 0 ? Received::timed_out : Received::bytes;
}

Received ServerConnection::receive(Deadline deadline) {
  buffer_.erase(0, used_);
  used_ = 0;
  return receive_to(fd_, buffer_, kReadBytes, deadline);
}

Received ServerConnection::receive_into(std::string& out, std::size_t count, Deadline deadline) {
  if (const std::string_view ahead = buffered().substr(0, count); !ahead.empty()) {
    out.append(ahead);
    consume(ahead.size());
    return Received::bytes;
  }
  return receive_to(fd_, out, std::min(count, kDirectReadBytesMax), deadline);
}

Sent ServerConnection::send(std::string_view first, std::string_view second, std::string_view third) {
  std::array<std::string_view, 3> pieces{first, second, third};
  std::size_t left = first.size() + second.size() + third.size();
  while (left > 0) {
    const ssize_t sent = send_pieces(fd_, pieces);
    if (sent < 0) {
      if (!would_block(errno)) return Sent::client_gone;
      const short ready = wait_for(fd_, POLLOUT, Deadline(write_time_max_));
      if (ready == 0 || (ready & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Sent::client_gone;
      continue;
    }
    left -= static_cast<std::size_t>(sent);
    auto skip = static_cast<std::size_t>(sent);
    for (std::string_view& piece : pieces) {
      const std::size_t part = std::min(skip, piece.size());
      piece.remove_prefix(part);
      skip -= part;
    }
  }
  return Sent::all;
}

void ServerConnection::end_with_request_unread() {
  ::shutdown(fd_, SHUT_WR);
  const Deadline deadline(limits::kDrainTimeMax);
  std::string dropped;
  while (!deadline.passed() && receive_to(fd_, dropped, kReadBytes, deadline) == Received::bytes)
    dropped.clear();
}

void ServerConnection::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

}  // namespace anyclaude
