// What a project file does that its user has to approve, for the question and for `anyclaude trust`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/profile/backend_profiles.h"
#include "base/error.h"
#include "config/config.h"

namespace anyclaude {

// The error of a project file that is not approved and that needs it now: for a setting that reaches beyond
// the project, or for a server that `mode`, `routing`, `fallback` or `prompt.side_requests` leads to. Nothing
// for every other file.
std::optional<Error> missing_approval(const Config& config, const BackendProfiles& profiles);

// Everything a project file names that an approval is about: settings that reach beyond the project, scripts,
// addresses beyond this machine. One line each, whether it is needed now or not.
std::vector<std::string> what_approval_covers(const Config& config, const BackendProfiles& profiles);

}  // namespace anyclaude
