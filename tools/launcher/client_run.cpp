#include "tools/launcher/client_run.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "http/net/socket.h"
#include "tools/launcher/child_process.h"

namespace anyclaude::launcher {
namespace {

constexpr const char* kDepthVariable = "ANYCLAUDE_DEPTH";

// With a terminal, ctrl-C reaches the whole group from there; without one, a SIGINT comes from a program that
// may know this process alone.
bool has_terminal() {
  return FileDescriptor(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)).is_open();
}

}  // namespace

int launcher_depth(const EnvironmentVariables& environment) {
  const std::string text = variable(environment, kDepthVariable);
  int depth = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), depth);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && depth >= 0;
  return is_number ? std::min(depth, limits::kLauncherDepthMax) : 0;
}

Result<int> run_client(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const EnvironmentVariables& environment, Signals& signals) {
  SpawnRequest request{.arguments = {program.string()},
                       .environment = environment,
                       .in = STDIN_FILENO,
                       .out = STDOUT_FILENO,
                       .err = STDERR_FILENO,
                       .parent_death = ParentDeath::terminate};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  request.environment[kDepthVariable] = std::to_string(launcher_depth(environment) + 1);
  const auto pid = spawn(request);
  if (!pid) return tl::unexpected(pid.error());
  for (;;) {
    int status = 0;
    // Asked before each wait: a client that is gone already may have sent its signal before.
    if (::waitpid(*pid, &status, WNOHANG) == *pid) return exit_code_of(status);
    const int number = signals.wait();
    const bool is_terminals = (number == SIGINT || number == SIGQUIT) && has_terminal();
    if (number != SIGCHLD && !is_terminals) ::kill(*pid, number);
  }
}

}  // namespace anyclaude::launcher
