// All profiles at a glance, for people.
#pragma once

#include <string>

#include "backend/profile/backend_profiles.h"

namespace anyclaude {

enum class ListingForm {
  table,     // columns for a terminal
  markdown,  // the text of docs/backends.md
  schema     // the JSON schema of a profile file, config/backend_profile.schema.json
};

// Ends with a line break.
std::string list_profiles(const BackendProfiles& profiles, ListingForm form);

}  // namespace anyclaude
