// Programs that run as long as anybody uses them: the broker and a model server belong to a process of their
// own, the keeper, and not to the launcher that asked for them first.
//
// Every launcher holds a shared lock on one file while it runs. The keeper ends its programs, and itself,
// once it gets that lock for itself: after the last launcher has gone, however it went. Where the system can,
// the programs are told to end when the keeper itself is killed.
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
  Environment environment;  // beside the keeper's own
  std::filesystem::path directory;
  std::filesystem::path log;  // what it says, appended
};

struct KeeperOrder {
  std::filesystem::path lock;
  std::vector<KeptProgram> programs;
};

struct KeeperEvent {
  enum class Kind { started, not_started, exited, keeper_gone };
  Kind kind = Kind::keeper_gone;
  std::string program;
  int number = 0;       // started: the process id; exited: the exit code as a shell tells it
  std::string message;  // not_started: why
};

// The launcher's end of a keeper. Destroying it ends nothing.
class Keeper {
 public:
  // `program` is this program's own file. The lock must be held already.
  static Result<Keeper> start(const std::filesystem::path& program, const KeeperOrder& order,
                              const Environment& environment);

  // The next event, if one comes within `timeout`.
  std::optional<KeeperEvent> next(std::chrono::milliseconds timeout);

 private:
  explicit Keeper(FileDescriptor events) : events_(std::move(events)) {}

  FileDescriptor events_;
  std::string unread_;
};

// The word that makes this program a keeper.
inline constexpr const char* kKeeperWord = "--anyclaude-keeper";

// A keeper's whole life: reads an order from descriptor 0, writes events to descriptor 1. Returns the exit
// code.
int keep();

}  // namespace anyclaude::launcher
