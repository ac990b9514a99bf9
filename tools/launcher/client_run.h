#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "tools/launcher/signals.h"

namespace anyclaude::launcher {

// Runs claude in the terminal's foreground, which it shares with this program: ctrl-C and ctrl-Z reach it
// from the terminal, and are nothing to this program meanwhile. SIGTERM and SIGHUP are passed on. Returns its
// exit code, 128 and the signal's number when one ended it. In claude's environment it leaves a mark for
// launcher_depth().
Result<int> run_client(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const EnvironmentVariables& environment, Signals& signals);

// How many launchers run around this one, by the mark in its environment; kLauncherDepthMax at most.
int launcher_depth(const EnvironmentVariables& environment);

}  // namespace anyclaude::launcher
