#include "backend/identity/call_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

TEST(CallGate, LetsInAsManyAsItMay) {
  CallGate gate(2);
  CallGate::Turn first(gate);
  CallGate::Turn second(gate);
  CallGate::Turn third(gate);
  EXPECT_TRUE(first.wait_for(0ms));
  EXPECT_TRUE(second.wait_for(0ms));
  EXPECT_FALSE(third.wait_for(0ms));
}

TEST(CallGate, WithoutABoundNobodyWaits) {
  CallGate gate(std::nullopt);
  CallGate::Turn first(gate);
  CallGate::Turn second(gate);
  EXPECT_TRUE(first.wait_for(0ms));
  EXPECT_TRUE(second.wait_for(0ms));
}

TEST(CallGate, TurnsComeInOrder) {
  CallGate gate(1);
  std::optional<CallGate::Turn> running(gate);
  ASSERT_TRUE(running->wait_for(0ms));
  CallGate::Turn second(gate);
  CallGate::Turn third(gate);
  running.reset();
  EXPECT_FALSE(third.wait_for(0ms)) << "another one was there before";
  EXPECT_TRUE(second.wait_for(0ms));
}

TEST(CallGate, WhoLeavesTheLineHoldsNobodyUp) {
  CallGate gate(1);
  std::optional<CallGate::Turn> running(gate);
  ASSERT_TRUE(running->wait_for(0ms));
  std::optional<CallGate::Turn> leaver(gate);
  CallGate::Turn third(gate);
  leaver.reset();
  running.reset();
  EXPECT_TRUE(third.wait_for(0ms));
}

TEST(CallGate, ManyThreadsAreNeverTwoAtOnce) {
  CallGate gate(1);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        CallGate::Turn turn(gate);
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
