#include "prompt/chain/prefix_chain.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>

namespace anyclaude {
namespace {

HashSecret fixed_secret() {
  HashSecret secret;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i)
    secret.bytes[i] = static_cast<unsigned char>(i * 11 + 5);
  return secret;
}

PrefixChain chain_of(const std::vector<std::string>& texts) {
  PrefixChain chain(fixed_secret());
  for (const std::string& text : texts) chain.append(SegmentKind::user_turn, text);
  return chain;
}

TEST(PrefixChain, AgreesUpToTheFirstDifference) {
  const PrefixChain one = chain_of({"system", "tools", "hello", "answer"});
  const PrefixChain two = chain_of({"system", "tools", "other", "answer"});
  EXPECT_EQ(one.common_links(two), 2u);
  EXPECT_EQ(one.bytes_of_first(2), 11u);
  EXPECT_NE(one.links()[3].digest, two.links()[3].digest) << "equal text behind a difference is not equal";
}

TEST(PrefixChain, TellsKindsAndBordersApart) {
  PrefixChain user(fixed_secret());
  user.append(SegmentKind::user_turn, "text");
  PrefixChain assistant(fixed_secret());
  assistant.append(SegmentKind::assistant_turn, "text");
  EXPECT_EQ(user.common_links(assistant), 0u);
  EXPECT_NE(chain_of({"ab", "c"}).links().back().digest, chain_of({"a", "bc"}).links().back().digest);
  EXPECT_NE(chain_of({"", "x"}).links().back().digest, chain_of({"x"}).links().back().digest);
}

TEST(PrefixChain, DependsOnTheSecret) {
  PrefixChain other(HashSecret{});
  other.append(SegmentKind::user_turn, "text");
  EXPECT_EQ(chain_of({"text"}).common_links(other), 0u);
}

// The links are kept between runs, so their values are part of a stored format.
TEST(PrefixChain, KeepsItsValues) {
  PrefixChain chain(fixed_secret());
  chain.append(SegmentKind::system_text, "You are a test.");
  chain.append(SegmentKind::tool_definition, "{}");
  EXPECT_EQ(chain.links()[0].digest.hex(), "70db482c108cab4ce52e677048e1fea5");
  EXPECT_EQ(chain.links()[1].digest.hex(), "2ddc0adb30934c5e64c05c2d3b4f3d6a");
}

RC_GTEST_PROP(PrefixChainProperty, AgreesExactlyAsFarAsTheTextsDo,
              (const std::vector<std::string>& left, const std::vector<std::string>& right)) {
  const std::size_t shared = *rc::gen::inRange<std::size_t>(0, left.size() + 1);
  std::vector<std::string> mixed(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(shared));
  mixed.insert(mixed.end(), right.begin(), right.end());
  std::size_t expected = 0;
  while (expected < left.size() && expected < mixed.size() && left[expected] == mixed[expected]) ++expected;
  RC_ASSERT(chain_of(left).common_links(chain_of(mixed)) == expected);
  RC_ASSERT(chain_of(mixed).common_links(chain_of(left)) == expected);
}

}  // namespace
}  // namespace anyclaude
