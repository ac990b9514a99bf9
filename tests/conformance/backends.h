// What every backend must do through the broker, against a server as strict and as odd as the real one. Where
// a server cannot do a thing, the tests say what happens instead.
#pragma once

#include "backend/backend_profiles.h"
#include "conformance/house.h"

namespace anyclaude::conformance {

using emulators::Quirks;
using emulators::Trouble;

inline std::vector<Quirks> quirks_with_a_profile() {
  const BackendProfiles profiles = BackendProfiles::built_in();
  std::vector<Quirks> found;
  for (const Quirks& quirks : emulators::all_quirks())
    if (profiles.find(quirks.mode) != nullptr) found.push_back(quirks);
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
