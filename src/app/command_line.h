// The flags of anyclaude-broker, laid over what files and the environment say.
#pragma once

#include <optional>

#include "backend/profile/backend_profiles.h"
#include "base/error.h"
#include "config/read_config.h"

namespace anyclaude {

enum class StartupAction { serve, done };

struct CommandLine {
  StartupAction action = StartupAction::serve;
  int exit_code = 0;  // when done: --help, --version, or a usage error that has been printed
  Config config;
  BackendProfiles profiles;  // the built-in ones and the user's
};

// Reads flags, environment and the configuration file, in DESIGN's order of precedence. Errors have source
// config.
Result<CommandLine> read_command_line(int argc, const char* const* argv,
                                      const EnvironmentVariables& environment);

}  // namespace anyclaude
