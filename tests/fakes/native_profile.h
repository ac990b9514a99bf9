#pragma once

#include <map>
#include <string>

#include "tests/fakes/built_in_profile.h"

namespace anyclaude {

// The same profile, whose Anthropic endpoint is spoken to. It lives as long as the program.
inline const BackendProfile& native_profile(const std::string& name) {
  static std::map<std::string, BackendProfile> profiles;
  const auto [entry, is_new] = profiles.try_emplace(name, built_in_profile(name));
  if (is_new) entry->second.api = Api::anthropic;
  return entry->second;
}

}  // namespace anyclaude
