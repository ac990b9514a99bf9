// Sockets and descriptors, with what Linux and macOS do differently in one place.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "http/net/deadline.h"

namespace anyclaude {

// Owns a descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

// A second descriptor of the same socket, not inherited by children.
FileDescriptor duplicate(int fd);

void set_close_on_exec(int fd);
void set_nonblocking(int fd);
void set_no_delay(int fd);
// Where single sends cannot suppress SIGPIPE, an option of the socket does.
void set_no_broken_pipe_signal(int fd);

// For the whole process: a peer that leaves is an error of write(), not a signal; and as many descriptors as
// the hard limit allows. Idempotent.
void prepare_process_for_sockets();

// Waits for `events`. Returns poll's revents, 0 when the deadline passed.
short wait_for(int fd, short events, Deadline deadline);

// Sends pieces in one call, without blocking and without a signal. Bytes sent, or -1 and errno.
ssize_t send_pieces(int fd, std::span<const std::string_view> pieces);

// What poll() reports when the peer closes its side, also behind unread bytes; POLLIN where that is unknown.
short hangup_events();
// Whether `revents` of a poll for hangup_events() means that the peer has gone.
bool means_gone(int fd, short revents);
// One poll that does not wait.
bool peer_has_left(int fd);

// The peer's address as text, without its port; "" if unknown.
std::string peer_address(int fd);

}  // namespace anyclaude
