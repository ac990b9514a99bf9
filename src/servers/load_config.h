// The configuration together with the backend profiles it is read with, for every program.
#pragma once

#include "backend/profile/backend_profiles.h"
#include "base/error.h"
#include "config/read_config.h"

namespace anyclaude {

struct LoadedConfig {
  Config config;
  BackendProfiles profiles;  // the built-in ones and the user's
};

// Errors have source config; kind permission where a project file needs an approval it does not have.
Result<LoadedConfig> load_config(const ConfigFlags& flags, const EnvironmentVariables& environment);
// The same with the file already found. With GuardedSettings::report the profiles of a file that is not
// approved are left out.
Result<LoadedConfig> load_config(const ConfigSource& source, GuardedSettings guarded,
                                 const ConfigFlags& flags, const EnvironmentVariables& environment);

// The profiles' names as read_config() wants them.
ProfileNames names_of(const BackendProfiles& profiles);

}  // namespace anyclaude
