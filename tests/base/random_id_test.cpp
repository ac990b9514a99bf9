#include "base/random_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace anyclaude {
namespace {

TEST(RandomId, HasItsPrefixItsLengthAndOnlyLettersAndDigits) {
  const std::string id = random_id("msg_", 24);
  EXPECT_TRUE(id.starts_with("msg_"));
  EXPECT_EQ(id.size(), 28u);
  EXPECT_TRUE(std::all_of(id.begin() + 4, id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }));
}

TEST(RandomId, DoesNotRepeat) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(random_id("x"));
  EXPECT_EQ(ids.size(), 1000u);
}

}  // namespace
}  // namespace anyclaude
