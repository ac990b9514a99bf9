#include "http/net/wake_event.h"

#include <unistd.h>

#include <cstdint>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace anyclaude {

WakeEvent::WakeEvent() {
#ifdef __linux__
  read_end_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
#else
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) return;
  read_end_ = FileDescriptor(ends[0]);
  write_end_ = FileDescriptor(ends[1]);
  for (const int fd : ends) {
    set_close_on_exec(fd);
    set_nonblocking(fd);
  }
#endif
}

// Both calls keep to one pending signal, so neither can fill or find empty what it uses.
void WakeEvent::signal() {
  if (is_signalled_) return;
  is_signalled_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written =
      ::write(write_end_.is_open() ? write_end_.get() : read_end_.get(), &one, sizeof(one));
}

void WakeEvent::clear() {
  if (!is_signalled_) return;
  is_signalled_ = false;
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(read_end_.get(), &count, sizeof(count));
}

}  // namespace anyclaude
