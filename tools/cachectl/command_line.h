// The command line of anyclaude-cachectl.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "tools/cachectl/console.h"

namespace anyclaude::cachectl {

// `arguments` without the program's name. The store's directory is that of --store, else of ANYCLAUDE_STORE
// in `environment`, else of the configuration file, else ~/.anyclaude/store.
ExitCode run(const std::vector<std::string>& arguments, const EnvironmentVariables& environment,
             const Console& console, const Clock& clock);

}  // namespace anyclaude::cachectl
