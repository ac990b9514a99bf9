// From an entry of `backends` to a server that may be asked, with the key that it may have.
#pragma once

#include <string>

#include "backend/profile/backend_profiles.h"
#include "backend/profile/backend_settings.h"
#include "base/error.h"
#include "config/config.h"

namespace anyclaude {

// The server of the entry `name`, or of the profile of that name where there is no entry. Nothing that sends
// the user's credentials to a server gets its address and key in another way: what credential_policy.h
// forbids is an error here, before anything is sent. Errors have source config and say what to change; kind
// permission where an approval is missing.
Result<BackendSettings> server_settings(const Config& config, const BackendProfiles& profiles,
                                        const std::string& name);

// The same without that check, for a program that tells what a file names and asks no server.
Result<BackendSettings> server_settings_unchecked(const Config& config, const BackendProfiles& profiles,
                                                  const std::string& name);

}  // namespace anyclaude
