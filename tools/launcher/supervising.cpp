// The supervisor's own life, in a process of its own.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/limits.h"
#include "http/net/deadline.h"
#include "tools/launcher/child_process.h"
#include "tools/launcher/file_lock.h"
#include "tools/launcher/log_file.h"
#include "tools/launcher/signals.h"
#include "tools/launcher/supervisor_order.h"

namespace anyclaude::launcher {
namespace {

struct Running {
  std::string name;
  pid_t pid = 0;  // of the program, and of its group
};

std::string read_everything(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

class Keeping {
 public:
  // A launcher that does not listen any more is no reason to end: others may use the programs.
  void tell(const SupervisorEvent& event) {
    const std::string line = event_line(event);
    (void)!::write(STDOUT_FILENO, line.data(), line.size());
  }

  void start(const KeptProgram& program) {
    const auto pid = start_logged(program);
    if (!pid) {
      tell({SupervisorEvent::Kind::not_started, program.name, 0, pid.error().message});
      return;
    }
    running_.push_back({program.name, *pid});
    tell({SupervisorEvent::Kind::started, program.name, static_cast<int>(*pid), {}});
  }

  bool has_programs() const { return !running_.empty(); }

  // What a script leaves running behind it is ours too, and gets until `deadline` to end.
  void notice_exits(const Deadline& deadline) {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto gone = std::ranges::find(running_, pid, &Running::pid);
      if (gone == running_.end()) continue;
      tell({SupervisorEvent::Kind::exited, gone->name, exit_code_of(status), {}});
      running_.erase(gone);
      end_group(pid, deadline);
    }
  }

  void end_programs() {
    for (const Running& program : running_) ::kill(-program.pid, SIGTERM);
    const Deadline deadline(limits::kProgramStopTimeMax);
    while (has_programs() && !deadline.passed()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      notice_exits(deadline);
    }
    for (const Running& program : running_) ::kill(-program.pid, SIGKILL);
  }

 private:
  static Result<pid_t> start_logged(const KeptProgram& program) {
    const auto log = open_log(program.log);
    if (!log) return tl::unexpected(log.error());
    SpawnRequest request{.arguments = program.arguments,
                         .environment = process_environment(),
                         .directory = program.directory,
                         .out = log->get(),
                         .err = log->get(),
                         .group = ProcessGroup::own,
                         .parent_death = ParentDeath::terminate};
    for (const auto& [name, value] : program.environment) request.environment[name] = value;
    return spawn(request);
  }

  static void end_group(pid_t group, const Deadline& deadline) {
    ::kill(-group, SIGTERM);
    while (::kill(-group, 0) == 0 && !deadline.passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::kill(-group, SIGKILL);
  }

  std::vector<Running> running_;
};

}  // namespace

int keep() {
  Signals signals;
  const auto order = parse_order(read_everything(STDIN_FILENO));
  if (!order) return 2;
  Keeping keeping;
  for (const KeptProgram& program : order->programs) keeping.start(program);
  std::optional<FileLock> lock;
  while (keeping.has_programs() && !lock && !signals.take_request_to_end()) {
    keeping.notice_exits(Deadline(limits::kOrphanStopTimeMax));
    lock = FileLock::try_take(order->lock, LockKind::exclusive);
    // Where the store's directory itself has gone, no launcher can come any more.
    if (!lock && !std::filesystem::exists(order->lock)) break;
    if (!lock) std::this_thread::sleep_for(limits::kSupervisorInterval);
  }
  // While the lock is held no launcher can begin to use what is about to end.
  keeping.end_programs();
  if (lock) lock->remove_file();
  return 0;
}

}  // namespace anyclaude::launcher
