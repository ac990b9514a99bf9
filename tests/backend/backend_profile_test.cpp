#include "backend/backend_profile.h"

#include <gtest/gtest.h>

#include <set>

namespace anyclaude {
namespace {

TEST(BackendProfile, IsFoundByNameAndAlias) {
  ASSERT_NE(find_profile("llama-cpp"), nullptr);
  EXPECT_EQ(find_profile("llama.cpp"), find_profile("llama-cpp"));
  EXPECT_EQ(find_profile("anthropic"), find_profile("claude"));
  EXPECT_EQ(find_profile("lama-cpp"), nullptr);
  EXPECT_EQ(find_profile(""), nullptr);
}

TEST(BackendProfile, NamesAndAliasesAreUnique) {
  std::set<std::string> seen;
  for (const BackendProfile& profile : backend_profiles()) {
    EXPECT_TRUE(seen.insert(profile.name).second) << profile.name;
    for (const std::string& alias : profile.aliases) EXPECT_TRUE(seen.insert(alias).second) << alias;
  }
}

TEST(BackendProfile, TheLaneFollowsTheDialect) {
  EXPECT_EQ(find_profile("claude")->lane(), Lane::verbatim);
  EXPECT_EQ(find_profile("llama-cpp")->lane(), Lane::rewritten);
  EXPECT_EQ(find_profile("openai")->lane(), Lane::rewritten);
}

TEST(BackendProfile, NamesTheNearestOne) {
  EXPECT_EQ(nearest_profile_name("lama-cpp"), "llama-cpp");
  EXPECT_EQ(nearest_profile_name("Cluade"), "claude");
  EXPECT_EQ(nearest_profile_name("open-ai"), "openai");
}

}  // namespace
}  // namespace anyclaude
