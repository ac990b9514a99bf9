#include "http/net/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

namespace anyclaude {
namespace {

void set_flag(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof(on));
}

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
constexpr int kSendFlags = MSG_DONTWAIT;
#endif

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

FileDescriptor duplicate(int fd) {
  return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

void set_close_on_exec(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL, 0);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void set_no_delay(int fd) {
  set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
}

void set_no_broken_pipe_signal([[maybe_unused]] int fd) {
#ifdef SO_NOSIGPIPE
  set_flag(fd, SOL_SOCKET, SO_NOSIGPIPE);
#endif
}

void prepare_process_for_sockets() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return;
#ifdef OPEN_MAX
  // macOS reports no upper limit and then refuses more than this.
  raised.rlim_cur = std::min<rlim_t>(OPEN_MAX, limit.rlim_max);
  if (raised.rlim_cur > limit.rlim_cur) ::setrlimit(RLIMIT_NOFILE, &raised);
#endif
}

short wait_for(int fd, short events, Deadline deadline) {
  pollfd entry{fd, events, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, deadline.left_ms());
    if (ready > 0) return entry.revents;
    if (ready < 0 && errno != EINTR) return POLLERR;
    if (ready == 0 && deadline.passed()) return 0;
  }
}

ssize_t send_pieces(int fd, std::span<const std::string_view> pieces) {
  std::array<iovec, 8> vectors{};
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty() || count == vectors.size()) continue;
    vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
  while (true) {
    const ssize_t sent = ::sendmsg(fd, &message, kSendFlags);
    if (sent >= 0 || errno != EINTR) return sent;
  }
}

#ifdef POLLRDHUP
short hangup_events() {
  return POLLRDHUP;
}
bool means_gone(int, short revents) {
  return (revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}
#else
// Without POLLRDHUP an end behind unread bytes (a pipelined request) cannot be seen: it shows when those are
// read or when a write fails.
short hangup_events() {
  return POLLIN;
}
bool means_gone(int fd, short revents) {
  if ((revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return true;
  char byte = 0;
  return (revents & POLLIN) != 0 && ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}
#endif

bool peer_has_left(int fd) {
  pollfd entry{fd, hangup_events(), 0};
  return ::poll(&entry, 1, 0) > 0 && means_gone(fd, entry.revents);
}

std::string peer_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* raw = nullptr;
  if (address.ss_family == AF_INET) raw = &reinterpret_cast<sockaddr_in*>(&address)->sin_addr;
  if (address.ss_family == AF_INET6) raw = &reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr;
  if (!raw || !::inet_ntop(address.ss_family, raw, text.data(), text.size())) return {};
  return text.data();
}

}  // namespace anyclaude
