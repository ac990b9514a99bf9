// The same for a failure that ends the program before RapidCheck can say anything about it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace anyclaude {
namespace {

RC_GTEST_PROP(AlwaysEnds, AtALargeNumber, (std::uint32_t number)) {
  if (number < 100'000) return;
  std::printf("ended at %u\n", number);
  std::fflush(stdout);
  std::_Exit(3);
}

}  // namespace
}  // namespace anyclaude
