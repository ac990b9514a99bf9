// The parts of doctor. Each adds what it finds and goes on where it can.
#pragma once

#include "backend/profile/backend_settings.h"
#include "tools/cachectl/findings.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {

// Permissions, format, space, readers.
void examine_store(const Surroundings& here, Findings& findings);
// Whether one runs, and whether it is as old as this program.
void examine_broker(const Surroundings& here, Findings& findings);
// The configuration, and the server that its `mode` names.
void examine_configuration(const Surroundings& here, const ConfigFlags& flags,
                           const EnvironmentVariables& environment, Findings& findings);
// Whether the server answers, and what it reports about itself. `settings` holds its key, which is not
// printed.
void examine_backend(const Surroundings& here, const std::string& name, const BackendSettings& settings,
                     Findings& findings);

}  // namespace anyclaude::cachectl
