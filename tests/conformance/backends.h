// What every backend must do through the broker, against a server as strict and as odd as the real one. Where
// a server cannot do a thing, the tests say what happens instead.
#pragma once

#include "conformance/house.h"

namespace anyclaude::conformance {

using emulators::Quirks;
using emulators::Trouble;

// Every emulated kind of server; one without a profile fails its tests.
inline const std::vector<Quirks>& every_backend() {
  return emulators::all_quirks();
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
  INSTANTIATE_TEST_SUITE_P(Backends, fixture, ::testing::ValuesIn(every_backend()), backend_name)

}  // namespace anyclaude::conformance
