// How a configured model server is started.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "tools/launcher/setting.h"
#include "tools/launcher/supervisor.h"

namespace anyclaude::launcher {

inline constexpr const char* kServerName = "server";

// Whether the configuration asks for the server to be started when nothing answers at its address.
bool wants_server(const Setting& setting, const ChosenBackend& backend);

// What to start: the script, if it is there, else the profile's own command, which runs in the home
// directory. Errors are source config and say what to change: the model's files are not there, no command is
// known for such a server, or a project file that is not approved names the script (kind permission).
Result<KeptProgram> plan_server(const Setting& setting, const ChosenBackend& backend);

}  // namespace anyclaude::launcher
