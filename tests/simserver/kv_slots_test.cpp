#include "tools/simserver/kv_slots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace anyclaude::sim {
namespace {

Tokens counting(Token first, std::size_t count) {
  Tokens tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

Tokens joined(Tokens first, const Tokens& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct Visit {
  int slot;
  std::size_t reused;
};

// Reads a prompt and says `answer`.
Visit visit(KvSlots& slots, const Tokens& prompt, const Tokens& answer = {}, std::optional<int> wanted = {}) {
  PatientClient client;
  auto lease = slots.acquire({prompt, wanted}, client);
  EXPECT_TRUE(lease.has_value());
  lease->append(std::span(prompt).subspan(lease->reused()));
  lease->append(answer);
  return {lease->slot(), lease->reused()};
}

TEST(KvSlots, ReusesTheCommonPrefixWithWhatWasGenerated) {
  KvSlots slots(1, 0);
  const Tokens first = counting(0, 100);
  const Tokens answer = counting(500, 10);
  EXPECT_EQ(visit(slots, first, answer).reused, 0u);
  const Tokens next = joined(joined(first, answer), counting(700, 5));
  EXPECT_EQ(visit(slots, next).reused, 110u);
}

TEST(KvSlots, ReadsTheLastTokenAnew) {
  KvSlots slots(1, 0);
  const Tokens prompt = counting(0, 100);
  visit(slots, prompt);
  EXPECT_EQ(visit(slots, prompt).reused, 99u);
}

TEST(KvSlots, WithoutReuseForgetsWhatItHolds) {
  KvSlots slots(1, 0);
  const Tokens prompt = counting(0, 100);
  visit(slots, prompt);
  PatientClient client;
  EXPECT_EQ(slots.acquire({prompt, std::nullopt, false}, client)->reused(), 0u);
}

TEST(KvSlots, PrefersTheLongestPrefixThenTheLeastRecent) {
  KvSlots slots(2, 0);
  const Tokens one = counting(0, 100);
  const Tokens two = counting(1'000, 100);
  const int slot_of_one = visit(slots, one).slot;
  const int slot_of_two = visit(slots, two).slot;
  EXPECT_NE(slot_of_one, slot_of_two);
  const Visit again = visit(slots, joined(one, counting(2'000, 10)));
  EXPECT_EQ(again.slot, slot_of_one);
  EXPECT_EQ(again.reused, 100u);
  EXPECT_EQ(visit(slots, counting(5'000, 100)).slot, slot_of_two);  // `one` was used later
}

// The thrash of WIRE-FACTS: a long shared system prompt draws another conversation into the same slot
// although a slot is free.
TEST(KvSlots, ASharedBeginningOverATenthDrawsIntoTheSameSlot) {
  KvSlots slots(2, 0);
  const Tokens shared = counting(0, 20);
  const int slot = visit(slots, joined(shared, counting(1'000, 80))).slot;
  EXPECT_EQ(visit(slots, joined(shared, counting(2'000, 80))).slot, slot);
  EXPECT_NE(visit(slots, joined(counting(0, 5), counting(3'000, 95))).slot, slot);
}

TEST(KvSlots, GivesTheSlotThatWasAskedFor) {
  KvSlots slots(3, 0);
  for (const int wanted : {2, 0, 1}) EXPECT_EQ(visit(slots, counting(0, 50), {}, wanted).slot, wanted);
}

TEST(KvSlots, HostCacheBringsAConversationBack) {
  KvSlots slots(1, 8192);
  const Tokens conversation = counting(0, 1'000);
  visit(slots, conversation);
  visit(slots, counting(5'000, 50));  // a title request throws it out
  EXPECT_EQ(slots.host_cache_states(), 1u);
  EXPECT_EQ(visit(slots, joined(conversation, counting(9'000, 10))).reused, 1'000u);
}

TEST(HostCache, KeepsTheLeastRecentlySavedOut) {
  HostCache cache(HostCache::kStateBytesPerToken * 250 / (1024 * 1024));  // a little under 250 tokens
  cache.save(counting(0, 100));
  cache.save(counting(1'000, 100));
  cache.save(counting(2'000, 100));
  EXPECT_EQ(cache.states(), 2u);
  EXPECT_FALSE(cache.take_better({}, counting(0, 120)).has_value());
  EXPECT_TRUE(cache.take_better({}, counting(1'000, 120)).has_value());
  EXPECT_EQ(cache.tokens(), 100u);
}

TEST(HostCache, KeepsOneStateOfAConversation) {
  HostCache cache(8192);
  cache.save(counting(0, 100));
  cache.save(counting(0, 200));
  EXPECT_EQ(cache.states(), 1u);
  cache.save(counting(0, 150));
  EXPECT_EQ(cache.tokens(), 200u);
}

TEST(HostCache, DoesNotTakeALargeStateApartForLittle) {
  HostCache cache(8192);
  cache.save(counting(0, 1'000));
  EXPECT_FALSE(cache.take_better({}, joined(counting(0, 100), counting(5'000, 900))).has_value());
  EXPECT_TRUE(cache.take_better({}, joined(counting(0, 300), counting(5'000, 700))).has_value());
}

TEST(HostCache, RefusesAStateLargerThanItself) {
  HostCache cache(1);  // ten tokens
  cache.save(counting(0, 11));
  EXPECT_EQ(cache.states(), 0u);
}

void wait_for_waiters(const KvSlots& slots, std::size_t count) {
  while (slots.waiting() != count) std::this_thread::yield();
}

TEST(KvSlots, ServesInTheOrderOfArrival) {
  KvSlots slots(1, 0);
  PatientClient client;
  const Tokens prompt = counting(0, 10);
  auto first = slots.acquire({prompt}, client);
  std::mutex mutex;
  std::vector<int> served;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&, i] {
      PatientClient waiting_client;
      const auto lease = slots.acquire({prompt}, waiting_client);
      const std::lock_guard lock(mutex);
      served.push_back(i);
    });
    wait_for_waiters(slots, static_cast<std::size_t>(i) + 1);
  }
  first.reset();
  threads.clear();
  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(KvSlots, WaitingForABusySlotHoldsNobodyElseUp) {
  KvSlots slots(2, 0);
  PatientClient client;
  const Tokens prompt = counting(0, 10);
  auto held = slots.acquire({prompt, 0}, client);
  std::jthread waits_for_slot_0([&] {
    PatientClient waiting_client;
    EXPECT_EQ(slots.acquire({prompt, 0}, waiting_client)->slot(), 0);
  });
  wait_for_waiters(slots, 1);
  EXPECT_EQ(slots.acquire({prompt}, client)->slot(), 1);
  held.reset();
}

class SwitchClient final : public ClientWatch {
 public:
  bool left() override { return left_; }
  void leave() { left_ = true; }

 private:
  std::atomic<bool> left_ = false;
};

TEST(KvSlots, AClientThatLeavesTheQueueIsForgotten) {
  KvSlots slots(1, 0);
  PatientClient client;
  const Tokens prompt = counting(0, 10);
  auto held = slots.acquire({prompt}, client);
  SwitchClient impatient;
  std::jthread waits([&] { EXPECT_FALSE(slots.acquire({prompt}, impatient).has_value()); });
  wait_for_waiters(slots, 1);
  impatient.leave();
  waits.join();
  EXPECT_EQ(slots.waiting(), 0u);
  held.reset();
  EXPECT_FALSE(slots.view().front().busy);
}

}  // namespace
}  // namespace anyclaude::sim
