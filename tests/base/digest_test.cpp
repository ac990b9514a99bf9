#include "base/digest.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace anyclaude {
namespace {

HashSecret counted_secret(unsigned char start) {
  HashSecret secret;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i)
    secret.bytes[i] = static_cast<unsigned char>(start + i * 37);
  return secret;
}

TEST(Digest128, WritesTheHighHalfFirst) {
  const Digest128 digest{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  EXPECT_EQ(digest.hex(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(digest.bytes()[0], '\x01');
  EXPECT_EQ(digest.bytes()[15], '\x10');
}

RC_GTEST_PROP(Digest128Property, ComesBackFromHexAndBytes, (std::uint64_t high, std::uint64_t low)) {
  const Digest128 digest{high, low};
  RC_ASSERT(Digest128::from_hex(digest.hex()) == digest);
  RC_ASSERT(Digest128::from_bytes(digest.bytes()) == digest);
}

RC_GTEST_PROP(Digest128Property, BytewiseOrderIsNumericOrder,
              (std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)) {
  const Digest128 left{a, b};
  const Digest128 right{c, d};
  RC_ASSERT((left.hex() < right.hex()) == (left < right));
}

TEST(Digest128, RefusesHexThatIsNone) {
  EXPECT_FALSE(Digest128::from_hex(""));
  EXPECT_FALSE(Digest128::from_hex("0123"));
  EXPECT_FALSE(Digest128::from_hex(std::string(31, '0') + "g"));
  EXPECT_FALSE(Digest128::from_hex(std::string(34, '0')));
}

TEST(KeyedDigest, DependsOnEveryByteAndOnTheSecret) {
  const HashSecret secret = counted_secret(1);
  const std::string text(1000, 'x');
  const Digest128 digest = keyed_digest(text, secret);
  EXPECT_EQ(keyed_digest(text, secret), digest);
  EXPECT_NE(keyed_digest(text, counted_secret(2)), digest);
  EXPECT_NE(keyed_digest(text + "x", secret), digest);
  for (std::size_t i = 0; i < text.size(); i += 97) {
    std::string other = text;
    other[i] = 'y';
    EXPECT_NE(keyed_digest(other, secret), digest) << i;
  }
}

TEST(KeyedDigest, OfNothingIsNotZero) {
  EXPECT_NE(keyed_digest("", counted_secret(1)), Digest128{});
}

TEST(HashSecret, IsMadeAnewEachTime) {
  EXPECT_NE(HashSecret::random().bytes, HashSecret::random().bytes);
}

// FIPS 180-2, appendix B.1, and the digest of the empty text.
TEST(Sha256, MatchesTheStandardsExamples) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace anyclaude
