// Programs that run as long as a launcher uses them: the broker and a model server belong to a process of
// their own, the supervisor, and not to the launcher that asked for them first.
//
// Every launcher holds a shared lock on one file while it runs. The supervisor ends its programs, and itself,
// once it gets that lock for itself: after the last launcher has gone, however it went. Where the system can,
// the programs are told to end when the supervisor itself is killed.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "http/net/socket.h"

namespace anyclaude::launcher {

struct KeptProgram {
  std::string name;  // in events
  std::vector<std::string> arguments;
  EnvironmentVariables environment;  // beside the supervisor's own
  std::filesystem::path directory;
  std::filesystem::path log;  // what it says, appended
};

struct SupervisorOrder {
  std::filesystem::path lock;
  std::vector<KeptProgram> programs;
};

struct SupervisorEvent {
  enum class Kind { started, not_started, exited, supervisor_gone };
  Kind kind = Kind::supervisor_gone;
  std::string program;
  int number = 0;       // started: the process id; exited: the exit code as a shell tells it
  std::string message;  // not_started: why
};

// The launcher's end of a supervisor. Destroying it ends nothing.
class Supervisor {
 public:
  // `program` is this program's own file. The lock must be held already.
  static Result<Supervisor> start(const std::filesystem::path& program, const SupervisorOrder& order,
                                  const EnvironmentVariables& environment);

  // The next event, if one comes within `timeout`.
  std::optional<SupervisorEvent> next(std::chrono::milliseconds timeout);

 private:
  explicit Supervisor(FileDescriptor events) : events_(std::move(events)) {}

  FileDescriptor events_;
  std::string unread_;
};

// The word that makes this program a supervisor.
inline constexpr const char* kSupervisorWord = "--anyclaude-supervisor";

// A supervisor's whole life: reads an order from descriptor 0, writes events to descriptor 1. Returns the
// exit code.
int keep();

}  // namespace anyclaude::launcher
