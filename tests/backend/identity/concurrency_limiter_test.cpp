#include "backend/identity/concurrency_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

TEST(ConcurrencyLimiter, LetsInAsManyAsItMay) {
  ConcurrencyLimiter gate(2);
  ConcurrencyLimiter::Permit first(gate);
  ConcurrencyLimiter::Permit second(gate);
  ConcurrencyLimiter::Permit third(gate);
  EXPECT_TRUE(first.wait_for(0ms));
  EXPECT_TRUE(second.wait_for(0ms));
  EXPECT_FALSE(third.wait_for(0ms));
}

TEST(ConcurrencyLimiter, WithoutABoundNobodyWaits) {
  ConcurrencyLimiter gate(std::nullopt);
  ConcurrencyLimiter::Permit first(gate);
  ConcurrencyLimiter::Permit second(gate);
  EXPECT_TRUE(first.wait_for(0ms));
  EXPECT_TRUE(second.wait_for(0ms));
}

TEST(ConcurrencyLimiter, TurnsComeInOrder) {
  ConcurrencyLimiter gate(1);
  std::optional<ConcurrencyLimiter::Permit> running(gate);
  ASSERT_TRUE(running->wait_for(0ms));
  ConcurrencyLimiter::Permit second(gate);
  ConcurrencyLimiter::Permit third(gate);
  running.reset();
  EXPECT_FALSE(third.wait_for(0ms)) << "another one was there before";
  EXPECT_TRUE(second.wait_for(0ms));
}

TEST(ConcurrencyLimiter, WhoLeavesTheLineHoldsNobodyUp) {
  ConcurrencyLimiter gate(1);
  std::optional<ConcurrencyLimiter::Permit> running(gate);
  ASSERT_TRUE(running->wait_for(0ms));
  std::optional<ConcurrencyLimiter::Permit> leaver(gate);
  ConcurrencyLimiter::Permit third(gate);
  leaver.reset();
  running.reset();
  EXPECT_TRUE(third.wait_for(0ms));
}

TEST(ConcurrencyLimiter, ManyThreadsAreNeverTwoAtOnce) {
  ConcurrencyLimiter gate(1);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        ConcurrencyLimiter::Permit turn(gate);
        while (!turn.wait_for(1000ms)) continue;
        most = std::max(most.load(), ++inside);
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace anyclaude
