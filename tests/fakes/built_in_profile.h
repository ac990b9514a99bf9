#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "backend/profile/backend_profiles.h"

namespace anyclaude {

// A profile as it is compiled in, by name or alias.
inline const BackendProfile& built_in_profile(std::string_view name) {
  static const BackendProfiles kProfiles = BackendProfiles::built_in();
  const BackendProfile* profile = kProfiles.find(name);
  if (profile == nullptr) throw std::invalid_argument("no profile " + std::string(name));
  return *profile;
}

}  // namespace anyclaude
