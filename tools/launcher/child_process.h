// Starting programs: they inherit what the caller names, and nothing else.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/config.h"

namespace anyclaude::launcher {

// The terminal's signals reach every process of a group; a session of its own has no terminal at all.
enum class ProcessGroup { inherited, own, own_session };
// Where the system can: a child whose parent dies, however it dies, is told to end too.
enum class ParentDeath { survive, terminate };

struct SpawnRequest {
  std::vector<std::string> arguments;    // the program first, as a path or to be found in PATH
  EnvironmentVariables environment;      // all of it
  std::filesystem::path directory = {};  // empty: the caller's
  int in = -1;                           // descriptors for 0, 1 and 2; -1: /dev/null
  int out = -1;
  int err = -1;
  ProcessGroup group = ProcessGroup::inherited;
  ParentDeath parent_death = ParentDeath::survive;
};

// The file that `name` means: itself when it holds a slash, else the first in PATH; empty when there is none.
std::filesystem::path find_program(std::string_view name, const EnvironmentVariables& environment);

// The first `claude` in PATH that is not this program itself under another name. `skipped` is the first one
// that is.
struct FoundClient {
  std::filesystem::path program;  // empty when there is none
  std::filesystem::path skipped;
};
FoundClient find_client(const EnvironmentVariables& environment);

// The child begins with default signal handling and nothing blocked. Errors: not_found when the program is
// not there, io when it cannot be run; the message names it.
Result<pid_t> spawn(const SpawnRequest& request);

// A wait status as a shell tells it: the exit code, or 128 and the number of the signal.
int exit_code_of(int wait_status);

// The directory of the program that runs, and what lies beside it; else the name, to be found in PATH.
std::filesystem::path own_program();
std::string sibling_program(const std::string& name);

}  // namespace anyclaude::launcher
