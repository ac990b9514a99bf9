// `anyclaude-cachectl reasons`: the table that headers, metrics and explain take their names from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/fakes/fake_clock.h"
#include "tools/cachectl/command_line.h"

namespace anyclaude::cachectl {
namespace {

using testing::HasSubstr;

// Without a store, which the verb must not need.
class Reasons : public testing::Test {
 protected:
  std::string run_here(std::vector<std::string> arguments, ExitCode expected = ExitCode::done) {
    arguments.insert(arguments.begin(), {"--store", "/nowhere/at/all", "reasons"});
    std::istringstream in;
    std::ostringstream out;
    EXPECT_EQ(run(arguments, {}, {in, out, err_, InputKind::other}, clock_), expected) << err_.str();
    return out.str();
  }

  FakeClock clock_;
  std::ostringstream err_;
};

TEST_F(Reasons, AllOfThemOrOne) {
  const std::string all = run_here({});
  for (const char* name : {"no_store", "asked_again", "prompt_cut_short", "left_alone", "server_evicted"})
    EXPECT_THAT(all, HasSubstr(name));
  const std::string one = run_here({"mode_off"});
  EXPECT_THAT(one, HasSubstr("bypass  mode_off  The cache is switched off. Set cache.mode"));
  EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), 2) << one;
}

TEST_F(Reasons, AsJson) {
  const auto document = nlohmann::json::parse(run_here({"too_large", "--json"}));
  ASSERT_EQ(document["reasons"].size(), 1u);
  EXPECT_EQ(document["reasons"][0]["kind"], "admission");
  EXPECT_EQ(document["reasons"][0]["remedy"], "Nothing to do.");
}

TEST_F(Reasons, AnUnknownNameGetsTheNearestKnownOne) {
  (void)run_here({"mode_of"}, ExitCode::not_as_asked);
  EXPECT_THAT(err_.str(), HasSubstr("nearest known one is mode_off"));
}

}  // namespace
}  // namespace anyclaude::cachectl
