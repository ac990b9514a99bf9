#include "tools/launcher/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "http/net/socket.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(file.c_str(), X_OK) == 0;
}

std::vector<fs::path> programs_in_path(std::string_view name, const EnvironmentVariables& environment) {
  std::vector<fs::path> found;
  const std::string path = variable(environment, "PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path candidate = fs::path(path.substr(begin, end - begin)) / name;
    if (end > begin && is_program(candidate)) found.push_back(candidate);
    begin = end + 1;
  }
  return found;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Between fork and exec: only calls that are safe there.
void prepare_child(const SpawnRequest& request, pid_t parent) {
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (request.group == ProcessGroup::own) ::setpgid(0, 0);
  if (request.group == ProcessGroup::own_session) ::setsid();
#ifdef __linux__
  if (request.parent_death == ParentDeath::terminate) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
  }
#else
  (void)parent;
#endif
}

// Copies of the wanted descriptors are made above 2 first, so that none is overwritten before it is copied.
bool place_descriptors(const SpawnRequest& request, int nothing) {
  const std::array<int, 3> wanted{request.in, request.out, request.err};
  std::array<int, 3> copies{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    copies[i] = ::fcntl(wanted[i] < 0 ? nothing : wanted[i], F_DUPFD_CLOEXEC, 3);
    if (copies[i] < 0) return false;
  }
  for (std::size_t i = 0; i < copies.size(); ++i)
    if (::dup2(copies[i], static_cast<int>(i)) < 0) return false;
  return true;
}

[[noreturn]] void become(const SpawnRequest& request, const fs::path& program, char** argv, char** envp,
                         int nothing, int report, pid_t parent) {
  prepare_child(request, parent);
  bool ready = place_descriptors(request, nothing);
  if (ready && !request.directory.empty()) ready = ::chdir(request.directory.c_str()) == 0;
  if (ready) ::execve(program.c_str(), argv, envp);
  const int why = errno;
  (void)!::write(report, &why, sizeof why);
  ::_exit(127);
}

Result<pid_t> heard_from_child(pid_t pid, int report, const fs::path& program) {
  int why = 0;
  ssize_t count = 0;
  do {
    count = ::read(report, &why, sizeof why);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof why) return pid;
  ::waitpid(pid, nullptr, 0);
  return fail(ErrorKind::io, ErrorSource::config,
              program.string() + " cannot be run: " + std::strerror(why) +
                  (why == ENOEXEC ? "; a script needs a first line like #!/bin/sh" : ""));
}

}  // namespace

fs::path find_program(std::string_view name, const EnvironmentVariables& environment) {
  if (name.find('/') != std::string_view::npos) return is_program(name) ? fs::path(name) : fs::path();
  const auto candidates = programs_in_path(name, environment);
  return candidates.empty() ? fs::path() : candidates.front();
}

FoundClient find_client(const EnvironmentVariables& environment) {
  FoundClient found;
  const fs::path own = own_program();
  for (const fs::path& candidate : programs_in_path("claude", environment)) {
    std::error_code error;
    if (!fs::equivalent(candidate, own, error)) {
      found.program = candidate;
      break;
    }
    if (found.skipped.empty()) found.skipped = candidate;
  }
  return found;
}

Result<pid_t> spawn(const SpawnRequest& request) {
  const fs::path program = find_program(request.arguments.front(), request.environment);
  if (program.empty())
    return fail(ErrorKind::not_found, ErrorSource::config,
                "there is no program '" + request.arguments.front() + "' here");
  std::vector<std::string> arguments = request.arguments;
  std::vector<std::string> environment;
  for (const auto& [name, value] : request.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  int pipe_ends[2];
  if (!nothing.is_open() || ::pipe(pipe_ends) != 0)
    return fail(ErrorKind::io, ErrorSource::broker,
                std::string("no pipe to be had: ") + std::strerror(errno));
  const FileDescriptor reports(pipe_ends[0]);
  FileDescriptor report(pipe_ends[1]);
  set_close_on_exec(reports.get());
  set_close_on_exec(report.get());
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0)
    return fail(ErrorKind::io, ErrorSource::broker,
                "no process to be had for " + program.string() + ": " + std::strerror(errno));
  if (pid == 0)
    become(request, program, const_cast<char**>(argv.data()), const_cast<char**>(envp.data()), nothing.get(),
           report.get(), parent);
  // Also done by the child, whichever is first, so that a signal to the group cannot come too early.
  if (request.group == ProcessGroup::own) ::setpgid(pid, pid);
  report.close();
  return heard_from_child(pid, reports.get(), program);
}

int exit_code_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

fs::path own_program() {
  std::error_code error;
#ifdef __APPLE__
  char buffer[4096];
  std::uint32_t size = sizeof buffer;
  if (_NSGetExecutablePath(buffer, &size) == 0) return fs::canonical(buffer, error);
  return {};
#else
  return fs::read_symlink("/proc/self/exe", error);
#endif
}

std::string sibling_program(const std::string& name) {
  const fs::path beside = own_program().parent_path() / name;
  return is_program(beside) ? beside.string() : name;
}

}  // namespace anyclaude::launcher
