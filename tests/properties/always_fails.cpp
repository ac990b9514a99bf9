// A property that fails, on which random_run_test.py proves that a failure is told so that it can be
// repeated.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>

namespace anyclaude {
namespace {

RC_GTEST_PROP(AlwaysFails, AtALargeNumber, (std::uint32_t number)) {
  RC_ASSERT(number < 100'000u);
}

}  // namespace
}  // namespace anyclaude
