#include "base/text.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

TEST(Text, IsTrimmedOfTheBlanksThatAreNamed) {
  EXPECT_EQ(trimmed(" \ta b\r\n", kTextBlanks), "a b");
  EXPECT_EQ(trimmed(" \ta b\r\n", kFieldBlanks), "a b\r\n");
  EXPECT_EQ(trimmed(" \t", kFieldBlanks), "");
  EXPECT_EQ(trimmed("", kFieldBlanks), "");
}

}  // namespace
}  // namespace anyclaude
