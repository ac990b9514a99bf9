// The message when a model server or the broker does not come up: what happened, the last lines of its log,
// what to do.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "tools/launcher/log_file.h"
#include "tools/launcher/probe.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

// Whether the chosen server answers, is starting, or is another program.
ServerState server_state(const ChosenBackend& backend);

std::string nobody_there(const Setting& setting, const ChosenBackend& backend);
Error port_taken(const ChosenBackend& backend);
Error no_program(const ChosenBackend& backend, const std::string& why);
Error no_broker(const std::string& why);
// `from` is the size of the log before the start.
Error ended_early(const ChosenBackend& backend, int exit_code, const std::filesystem::path& log,
                  std::uintmax_t from);
Error too_slow(const ChosenBackend& backend, const std::filesystem::path& log, std::uintmax_t from);
Error broker_failure(const std::string& what, const std::filesystem::path& log, std::uintmax_t from);

}  // namespace anyclaude::launcher
