#include "tools/launcher/supervisor.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "http/net/deadline.h"
#include "tools/launcher/child_process.h"
#include "tools/launcher/supervisor_order.h"

namespace anyclaude::launcher {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

std::optional<Pipe> make_pipe() {
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  set_close_on_exec(ends[0]);
  set_close_on_exec(ends[1]);
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace

Result<Supervisor> Supervisor::start(const std::filesystem::path& program, const SupervisorOrder& order,
                                     const EnvironmentVariables& environment) {
  auto orders = make_pipe();
  auto events = make_pipe();
  if (!orders || !events) return fail(ErrorKind::io, ErrorSource::broker, "no pipe to be had");
  const auto pid = spawn({.arguments = {program.string(), kSupervisorWord},
                          .environment = environment,
                          .in = orders->read.get(),
                          .out = events->write.get(),
                          .group = ProcessGroup::own_session});
  if (!pid) return tl::unexpected(pid.error());
  if (!write_all(orders->write.get(), order_text(order)))
    return fail(ErrorKind::io, ErrorSource::broker, "the supervisor of the broker ended at once");
  return Supervisor(std::move(events->read));
}

std::optional<SupervisorEvent> Supervisor::next(std::chrono::milliseconds timeout) {
  const Deadline deadline(timeout);
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      const SupervisorEvent event = parse_event(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      return event;
    }
    pollfd waiting{events_.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, deadline.left_ms());
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    char buffer[4096];
    const ssize_t count = ::read(events_.get(), buffer, sizeof buffer);
    if (count <= 0) return SupervisorEvent{};
    unread_.append(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace anyclaude::launcher
