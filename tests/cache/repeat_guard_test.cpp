#include "cache/repeat_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace anyclaude {
namespace {

class HandClock final : public Clock {
 public:
  SystemTime system_now() const override { return {}; }
  SteadyTime steady_now() const override { return now_; }
  void advance(std::chrono::milliseconds time) { now_ += time; }

 private:
  SteadyTime now_{std::chrono::hours{1}};
};

class RepeatGuardTest : public ::testing::Test {
 protected:
  HandClock clock_;
  RepeatGuard guard_{clock_};
  const Digest128 key_{1, 2};
};

TEST_F(RepeatGuardTest, TheThirdQuestionWantsAnotherAnswer) {
  for (int ask = 0; ask < 2; ++ask) {
    EXPECT_EQ(guard_.check("s", key_), Repetition::fresh) << ask;
    guard_.delivered("s", key_);
  }
  EXPECT_EQ(guard_.check("s", key_), Repetition::asked_again);
}

TEST_F(RepeatGuardTest, TheNewAnswerCountsFromOne) {
  guard_.delivered("s", key_);
  guard_.delivered("s", key_);
  EXPECT_EQ(guard_.check("s", key_), Repetition::asked_again);
  guard_.delivered("s", key_);
  EXPECT_EQ(guard_.check("s", key_), Repetition::fresh);
  guard_.delivered("s", key_);
  EXPECT_EQ(guard_.check("s", key_), Repetition::asked_again);
}

TEST_F(RepeatGuardTest, AnAnswerThatDidNotArriveDoesNotCount) {
  guard_.delivered("s", key_);
  for (int retry = 0; retry < 10; ++retry) EXPECT_EQ(guard_.check("s", key_), Repetition::fresh);
}

TEST_F(RepeatGuardTest, SessionsAndKeysAreApart) {
  guard_.delivered("s", key_);
  guard_.delivered("s", key_);
  EXPECT_EQ(guard_.check("t", key_), Repetition::fresh);
  EXPECT_EQ(guard_.check("s", {1, 3}), Repetition::fresh);
}

TEST_F(RepeatGuardTest, WithoutASessionNothingIsKnown) {
  for (int ask = 0; ask < 5; ++ask) {
    guard_.delivered("", key_);
    EXPECT_EQ(guard_.check("", key_), Repetition::fresh);
  }
}

TEST_F(RepeatGuardTest, TwoMinutesLaterIsAnotherMatter) {
  guard_.delivered("s", key_);
  guard_.delivered("s", key_);
  clock_.advance(RepeatGuard::kWindow);
  EXPECT_EQ(guard_.check("s", key_), Repetition::asked_again);
  clock_.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(guard_.check("s", key_), Repetition::fresh);
  guard_.delivered("s", key_);
  EXPECT_EQ(guard_.check("s", key_), Repetition::fresh) << "the count begins anew";
}

TEST_F(RepeatGuardTest, ForgetsTheLeastRecentlyUsedPair) {
  guard_.delivered("old", key_);
  guard_.delivered("old", key_);
  guard_.delivered("used", key_);
  for (std::size_t i = 0; i + 2 < RepeatGuard::kPairsMax; ++i)
    guard_.delivered("s" + std::to_string(i), key_);
  guard_.delivered("used", key_);
  EXPECT_EQ(guard_.check("old", key_), Repetition::asked_again) << "there is room for all so far";
  guard_.delivered("one more", key_);
  EXPECT_EQ(guard_.check("old", key_), Repetition::fresh);
  EXPECT_EQ(guard_.check("used", key_), Repetition::asked_again);
}

}  // namespace
}  // namespace anyclaude
