// The broker and the model server behind it: found running, or started, and ready.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "tools/launcher/file_lock.h"
#include "tools/launcher/setting.h"
#include "tools/launcher/signals.h"
#include "tools/launcher/supervisor.h"

namespace anyclaude::launcher {

struct Services {
  std::string broker_url;
  // As long as it is held, what is running stays.
  FileLock in_use;
  // Of what this launcher started itself; its events tell when something ends.
  std::optional<Supervisor> supervisor;
};

// Waits until both answer, and says on stderr what is awaited. Errors: cancelled when a signal asked to end;
// else a sentence that says what to do, with the last lines of the log of what would not start.
Result<Services> bring_up(const Setting& setting, const ChosenBackend& backend, Signals& signals);

// The address of the broker that runs with this configuration, if one does.
std::optional<std::string> find_broker(const Setting& setting);

}  // namespace anyclaude::launcher
