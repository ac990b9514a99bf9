// A second process for tests of what processes share.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace anyclaude {

// Runs `body` in a forked child, which ends with its return value and shares two pipes with the test. Fork
// before the test opens a store: an environment must not be used on both sides of a fork.
class ChildProcess {
 public:
  template <typename Body>
  explicit ChildProcess(Body body) {
    if (::pipe(to_child_) != 0 || ::pipe(to_parent_) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ < 0) std::abort();
    if (pid_ != 0) {
      ::close(to_child_[0]);
      ::close(to_parent_[1]);
      return;
    }
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
    ::_exit(body(*this));
  }
  ~ChildProcess() {
    if (pid_ <= 0) return;
    kill_hard();
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Between the two sides, a line at a time.
  void say(const std::string& line) {
    const std::string text = line + "\n";
    if (::write(pid_ != 0 ? to_child_[1] : to_parent_[1], text.data(), text.size()) < 0) std::abort();
  }
  // Empty when the other side has gone.
  std::string hear() {
    std::string line;
    char c = 0;
    while (::read(pid_ != 0 ? to_parent_[0] : to_child_[0], &c, 1) == 1) {
      if (c == '\n') return line;
      line.push_back(c);
    }
    return {};
  }

  // The child's exit status; 128 + signal when it was killed.
  int wait() {
    int status = 0;
    if (!reaped_) ::waitpid(pid_, &status, 0);
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  int kill_hard() {
    if (!reaped_) ::kill(pid_, SIGKILL);
    return wait();
  }

 private:
  pid_t pid_ = 0;
  bool reaped_ = false;
  int to_child_[2];
  int to_parent_[2];
};

}  // namespace anyclaude
