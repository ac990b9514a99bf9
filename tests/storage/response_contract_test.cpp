// What every engine promises about answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "tests/storage/response_contract.h"

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

TEST_P(ResponseContract, FindsNothingInAnEmptyStore) {
  EXPECT_FALSE(find(1));
  EXPECT_EQ(stats().misses, 1u);
  EXPECT_EQ(stats().entries, 0u);
}

TEST_P(ResponseContract, FindsWhatWasCommittedAtOnceAndAfterAFlush) {
  const StoredResponse written = answer(clock_, "hello");
  put(1, written);
  for (int round = 0; round < 2; ++round) {
    const auto found = find(1);
    ASSERT_TRUE(found);
    EXPECT_TRUE(same(*found, written));
    ASSERT_TRUE(responses().flush());
  }
  EXPECT_EQ(stats().hits, 2u);
  EXPECT_EQ(stats().writes, 1u);
}

TEST_P(ResponseContract, KeepsEmptyFieldsAndBytesOfAnyValue) {
  StoredResponse written = answer(clock_, "");
  written.model.clear();
  written.canonical_sha256.clear();
  written.message_json = std::string("\0\xff\x80 \n", 5) + noise(7, 200'000);
  put(1, written);
  ASSERT_TRUE(responses().flush());
  EXPECT_TRUE(same(find(1).value(), written));
}

TEST_P(ResponseContract, DiscardsAWriteThatIsNotCommitted) {
  responses().begin_write(key_number(1)).reset();
  ASSERT_TRUE(responses().flush());
  EXPECT_FALSE(find(1));
  EXPECT_EQ(stats().entries, 0u);
}

TEST_P(ResponseContract, ADifferentCheckDigestIsNothing) {
  put(1, answer(clock_, "hello"));
  CacheKey other = key_number(1);
  other.check.low ^= 1;
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(responses().find(other).value());
    ASSERT_TRUE(responses().flush());
  }
  EXPECT_EQ(stats().errors, 0u);
  EXPECT_TRUE(find(1));
}

TEST_P(ResponseContract, ALaterAnswerReplacesAnEarlierOne) {
  put(1, answer(clock_, "first"));
  put(1, answer(clock_, "second"));
  EXPECT_THAT(find(1).value().message_json, testing::HasSubstr("second"));
  ASSERT_TRUE(responses().flush());
  EXPECT_THAT(find(1).value().message_json, testing::HasSubstr("second"));
  EXPECT_EQ(stats().entries, 1u);
  EXPECT_EQ(listed().size(), 1u);
}

TEST_P(ResponseContract, AnAnswerExpiresAtItsTime) {
  put(1, answer(clock_, "short", 1'000ms));
  put(2, answer(clock_, "long", 2'000ms));
  ASSERT_TRUE(responses().flush());
  clock_.advance(999ms);
  EXPECT_TRUE(find(1));
  clock_.advance(1ms);
  EXPECT_FALSE(find(1));
  EXPECT_TRUE(find(2));
  ASSERT_TRUE(responses().flush());
  EXPECT_EQ(stats().entries, 1u);
}

TEST_P(ResponseContract, AnAnswerBornExpiredIsNotFound) {
  put(1, answer(clock_, "late", 0ms));
  EXPECT_FALSE(find(1));
}

TEST_P(ResponseContract, ReplacingMovesTheTimeOfExpiry) {
  put(1, answer(clock_, "first", 1'000ms));
  put(1, answer(clock_, "second", 5'000ms));
  clock_.advance(2'000ms);
  ASSERT_TRUE(responses().flush());
  EXPECT_TRUE(find(1));
}

TEST_P(ResponseContract, RemoveSaysWhetherThereWasOne) {
  put(1, answer(clock_, "hello"));
  EXPECT_TRUE(responses().remove(key_number(1).primary).value());
  EXPECT_FALSE(find(1));
  EXPECT_FALSE(responses().remove(key_number(1).primary).value());
  EXPECT_EQ(stats().record_bytes, 0u);
}

TEST_P(ResponseContract, CountsBytesOfWhatStands) {
  put(1, answer(clock_, noise(1, 10'000)));
  const auto one = stats().record_bytes;
  EXPECT_GT(one, 7'000u);
  put(2, answer(clock_, noise(2, 10'000)));
  EXPECT_GT(stats().record_bytes, one + 7'000);
  ASSERT_TRUE(responses().remove(key_number(2).primary));
  EXPECT_EQ(stats().record_bytes, one);
  EXPECT_EQ(listed().at(0).stored_bytes, one);
}

TEST_P(ResponseContract, RefusesAMessageOverTheLimit) {
  StoredResponse response = answer(clock_, "");
  response.message_json.assign(limits::kStoredMessageBytesMax + 1, 'x');
  const Status status = responses().begin_write(key_number(1))->commit(response);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::too_large);
  EXPECT_EQ(status.error().source, ErrorSource::store);
  response.message_json.pop_back();
  EXPECT_TRUE(responses().begin_write(key_number(1))->commit(response));
}

TEST_P(ResponseContract, ListsInKeyOrderWithHitsAndTimes) {
  const auto created = unix_milliseconds(clock_.system_now());
  for (const std::uint64_t number : {3u, 1u, 2u}) put(number, answer(clock_, "x"));
  clock_.advance(90'000ms);
  find(2);
  find(2);
  ASSERT_TRUE(responses().flush());
  const auto all = listed();
  ASSERT_EQ(all.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(all[i].key, key_number(i + 1).primary);
  EXPECT_EQ(all[0].hits, 0u);
  EXPECT_EQ(all[0].last_used_at_ms, created);
  EXPECT_EQ(all[1].hits, 2u);
  EXPECT_EQ(all[1].last_used_at_ms, created + 90'000);
  EXPECT_EQ(all[1].created_at_ms, created);
  EXPECT_EQ(all[1].model, "qwen2.5-coder");
  EXPECT_EQ(all[1].input_tokens, 21'000u);
  EXPECT_EQ(all[1].output_tokens, 42u);
  EXPECT_EQ(all[1].message_bytes, answer(clock_, "x").message_json.size());
}

TEST_P(ResponseContract, ListingStopsWhenTold) {
  for (std::uint64_t number = 0; number < 5; ++number) put(number, answer(clock_, "x"));
  int seen = 0;
  ASSERT_TRUE(maintenance().for_each([&](const EntryInfo&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST_P(ResponseContract, ListsMoreThanOneStepAndMayBeChangedMeanwhile) {
  constexpr std::uint64_t kMany = 3 * limits::kStoreEvictionEntriesMax + 7;
  for (std::uint64_t number = 0; number < kMany; ++number) put(number, answer(clock_, "x"));
  std::uint64_t seen = 0;
  ASSERT_TRUE(maintenance().for_each([&](const EntryInfo& info) {
    ++seen;
    EXPECT_TRUE(responses().remove(info.key).value());
    return seen < 600;
  }));
  EXPECT_EQ(seen, 600u);
  EXPECT_EQ(stats().entries, kMany - 600);
}

TEST_P(ResponseContract, InspectShowsExpiredAnswersAndCountsNoHit) {
  const StoredResponse written = answer(clock_, "old", 1'000ms);
  put(1, written);
  EXPECT_TRUE(same(maintenance().inspect(key_number(1).primary).value().value(), written));
  EXPECT_EQ(stats().hits, 0u);
  EXPECT_EQ(listed().at(0).hits, 0u);
  EXPECT_FALSE(maintenance().inspect(key_number(2).primary).value());
}

TEST_P(ResponseContract, PurgeRemovesWhatMatchesAndADryRunNothing) {
  for (std::uint64_t number = 0; number < 600; ++number) put(number, answer(clock_, "x"));
  const auto even = [](const EntryInfo& info) { return info.key.high % 2 == 0; };
  const auto planned = maintenance().purge(even, PurgeMode::dry_run).value();
  EXPECT_EQ(planned.entries, 300u);
  EXPECT_EQ(stats().entries, 600u);
  const auto done = maintenance().purge(even, PurgeMode::remove).value();
  EXPECT_EQ(done.entries, 300u);
  EXPECT_EQ(done.bytes, planned.bytes);
  EXPECT_EQ(stats().entries, 300u);
  EXPECT_FALSE(find(0));
  EXPECT_TRUE(find(1));
}

TEST_P(ResponseContract, PurgeAllEmptiesTheStore) {
  for (std::uint64_t number = 0; number < 20; ++number) put(number, answer(clock_, "x"));
  const auto planned = maintenance().purge_all(PurgeMode::dry_run).value();
  EXPECT_EQ(planned.entries, 20u);
  EXPECT_EQ(stats().entries, 20u);
  const auto done = maintenance().purge_all(PurgeMode::remove).value();
  EXPECT_EQ(done.entries, 20u);
  EXPECT_EQ(done.bytes, planned.bytes);
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().record_bytes, 0u);
  EXPECT_FALSE(find(3));
  put(3, answer(clock_, "again"));
  EXPECT_TRUE(find(3));
}

TEST_P(ResponseContract, VerifyFindsNothingWrongWithWhatItWrote) {
  for (std::uint64_t number = 0; number < 300; ++number) put(number, answer(clock_, noise(number, number)));
  const auto result = maintenance().verify().value();
  EXPECT_EQ(result.checked, 300u);
  EXPECT_TRUE(result.damaged.empty());
  EXPECT_EQ(result.foreign_version, 0u);
}

TEST_P(ResponseContract, StaysWithinItsBoundAndDropsWhatWasUsedLongestAgo) {
  reopen_with(100'000);
  for (std::uint64_t number = 0; number < 9; ++number) {
    put(number, answer(clock_, noise(number, 10'000)));
    clock_.advance(120s);
  }
  ASSERT_TRUE(find(0));  // used now, so no longer the oldest
  ASSERT_TRUE(responses().flush());
  for (std::uint64_t number = 9; number < 14; ++number) {
    clock_.advance(120s);
    put(number, answer(clock_, noise(number, 10'000)));
    ASSERT_TRUE(responses().flush());
    EXPECT_LE(stats().record_bytes, 100'000u);
  }
  EXPECT_TRUE(find(0));
  EXPECT_FALSE(find(1));
  EXPECT_TRUE(find(13));
  EXPECT_GE(stats().entries, 8u);
}

TEST_P(ResponseContract, ManyThreadsReadTheirOwnWrites) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRounds = 150;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::uint64_t number = thread * kRounds + round;
        const std::string text = std::to_string(number);
        if (!responses().begin_write(key_number(number))->commit(answer(clock_, text))) ++wrong;
        const auto found = responses().find(key_number(number));
        if (!found || !*found || !same(**found, answer(clock_, text))) ++wrong;
        if (round % 7 == 0 && !responses().remove(key_number(number).primary).value_or(false)) ++wrong;
        if (round % 10 == 0 && !responses().stats()) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(stats().entries, kThreads * (kRounds - (kRounds + 6) / 7));
}

INSTANTIATE_TEST_SUITE_P(Engines, ResponseContract, testing::Values(Engine::memory, Engine::lmdb),
                         engine_name);

}  // namespace
}  // namespace anyclaude
