#include "base/hex.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace anyclaude {
namespace {

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(bytes_from_hex("00FF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(bytes_from_hex(""), "");
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
  for (const auto* text : {"0", "0g", "g0", " 0", "0x", "0\xc3"}) EXPECT_FALSE(bytes_from_hex(text)) << text;
}

RC_GTEST_PROP(HexProperty, ComesBack, (const std::string& bytes)) {
  RC_ASSERT(bytes_from_hex(to_hex(bytes)) == bytes);
}

}  // namespace
}  // namespace anyclaude
