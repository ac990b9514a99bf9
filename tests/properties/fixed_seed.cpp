// Part of every test program that has properties: without RC_PARAMS they try the same made-up cases in each
// run, so that only a change of the code can make one fail. tests/properties/random_run.py tries others.
#include <cstdlib>

namespace anyclaude {
namespace {

constexpr int kKeepWhatIsSet = 0;

// Before main(), and so before RapidCheck reads the variable at the first property.
[[maybe_unused]] const int kSeedIsSet = ::setenv("RC_PARAMS", "seed=20261127", kKeepWhatIsSet);

}  // namespace
}  // namespace anyclaude
