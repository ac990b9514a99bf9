// What every backend must do through the broker, against a server as strict and as odd as the real one. Where
// a server cannot do a thing, the tests say what happens instead.
#pragma once

#include <cstdlib>
#include <set>

#include "backend/backend_profiles.h"
#include "conformance/house.h"

namespace anyclaude::conformance {

using emulators::Quirks;
using emulators::Trouble;

// ANYCLAUDE_CONFORMANCE=all in the environment tries also those whose profile is not yet followed in all it
// says.
inline std::vector<Quirks> quirks_with_a_profile() {
  static const std::set<std::string> kReady = {"claude", "llama-cpp", "openai", "openrouter", "mlx-omni"};
  const char* wanted = std::getenv("ANYCLAUDE_CONFORMANCE");
  const bool all = wanted != nullptr && std::string_view(wanted) == "all";
  const BackendProfiles profiles = BackendProfiles::built_in();
  std::vector<Quirks> found;
  for (const Quirks& quirks : emulators::all_quirks())
    if (profiles.find(quirks.mode) != nullptr && (all || kReady.contains(quirks.name)))
      found.push_back(quirks);
  return found;
}

inline std::string backend_name(const ::testing::TestParamInfo<Quirks>& info) {
  std::string name = info.param.name;
  for (char& c : name)
    if (c == '-' || c == '.') c = '_';
  return name;
}

class Conformance : public ::testing::TestWithParam<Quirks> {
 protected:
  const Quirks& quirks() const { return GetParam(); }
};

#define ANYCLAUDE_FOR_EVERY_BACKEND(fixture) \
  INSTANTIATE_TEST_SUITE_P(Backends, fixture, ::testing::ValuesIn(quirks_with_a_profile()), backend_name)

}  // namespace anyclaude::conformance
