#include "http/net/cancel_token.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace anyclaude {

void CancelToken::cancel() {
  cancelled_ = true;
  const std::lock_guard lock(mutex_);
  if (socket_.is_open()) ::shutdown(socket_.get(), SHUT_RDWR);
}

void CancelToken::watch(int fd) {
  const std::lock_guard lock(mutex_);
  socket_ = duplicate(fd);
  if (!cancelled_) return;
  // Shutting down a socket that is not connected yet has no effect. One that is no socket cannot be
  // connected.
  const FileDescriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing.is_open()) ::dup2(nothing.get(), fd);
}

void CancelToken::unwatch() {
  const std::lock_guard lock(mutex_);
  socket_.close();
}

}  // namespace anyclaude
