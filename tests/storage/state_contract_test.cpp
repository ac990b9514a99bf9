// What every engine promises about state tables and secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "storage/store_secrets.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/store_under_test.h"

namespace anyclaude {
namespace {

constexpr StateTable kLayouts{.name = "layouts"};
// A name that begins like another table's, which must make no difference.
constexpr StateTable kLayoutsTwo{.name = "layouts2"};

class StateContract : public testing::TestWithParam<Engine> {
 protected:
  StateStore& states() { return store_->states(); }
  std::map<std::string, std::string> all(const StateTable& table) {
    std::map<std::string, std::string> out;
    EXPECT_TRUE(states().for_each(table, [&](std::string_view key, std::string_view value) {
      out.emplace(key, value);
      return true;
    }));
    return out;
  }

  FakeClock clock_;
  std::unique_ptr<StoreUnderTest> store_ = make_store(GetParam(), clock_);
};

TEST_P(StateContract, GetsWhatWasPut) {
  EXPECT_FALSE(states().get(kLayouts, "a").value());
  ASSERT_TRUE(states().put(kLayouts, "a", "one"));
  EXPECT_EQ(states().get(kLayouts, "a").value(), "one");
  ASSERT_TRUE(states().put(kLayouts, "a", "two"));
  EXPECT_EQ(states().get(kLayouts, "a").value(), "two");
  EXPECT_FALSE(states().get(kLayoutsTwo, "a").value());
}

TEST_P(StateContract, KeepsKeysAndValuesOfAnyBytes) {
  const std::string key("\0k\xff\0", 4);
  const std::string value("v\0\xff", 3);
  ASSERT_TRUE(states().put(kLayouts, key, value));
  ASSERT_TRUE(states().put(kLayouts, "", ""));
  EXPECT_EQ(states().get(kLayouts, key).value(), value);
  EXPECT_EQ(states().get(kLayouts, "").value(), "");
  EXPECT_EQ(all(kLayouts).size(), 2u);
}

TEST_P(StateContract, PutIfAbsentLetsTheFirstStand) {
  EXPECT_EQ(states().put_if_absent(kLayouts, "a", "first").value(), "first");
  EXPECT_EQ(states().put_if_absent(kLayouts, "a", "second").value(), "first");
  EXPECT_EQ(states().get(kLayouts, "a").value(), "first");
}

TEST_P(StateContract, PutIfAbsentAgreesAmongThreads) {
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i)
    threads.emplace_back(
        [&, i] { seen[i] = states().put_if_absent(kLayouts, "a", std::to_string(i)).value(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 1u);
}

TEST_P(StateContract, EraseSaysWhetherThereWasOne) {
  ASSERT_TRUE(states().put(kLayouts, "a", "one"));
  EXPECT_TRUE(states().erase(kLayouts, "a").value());
  EXPECT_FALSE(states().erase(kLayouts, "a").value());
  EXPECT_FALSE(states().get(kLayouts, "a").value());
}

TEST_P(StateContract, WritesManyRowsInTheirOrder) {
  ASSERT_TRUE(states().put(kLayouts, "gone", "old"));
  std::vector<StateWrite> writes = {{kLayouts, "gone", std::nullopt}, {kLayouts, "twice", "first"}};
  for (int i = 0; i < 3'000; ++i) writes.push_back({kLayoutsTwo, "k" + std::to_string(i), "v"});
  writes.push_back({kLayouts, "twice", "second"});
  ASSERT_TRUE(states().write_all(std::move(writes)));
  EXPECT_EQ(all(kLayouts), (std::map<std::string, std::string>{{"twice", "second"}}));
  EXPECT_EQ(all(kLayoutsTwo).size(), 3'000u);
  EXPECT_TRUE(states().write_all({}));
}

TEST_P(StateContract, OfManyRowsThoseOverALimitAreLeftOut) {
  const std::string large(kLayouts.value_bytes_max + 1, 'x');
  const Status status =
      states().write_all({{kLayouts, "a", "one"}, {kLayouts, "b", large}, {kLayouts, "c", "three"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::too_large);
  EXPECT_EQ(all(kLayouts), (std::map<std::string, std::string>{{"a", "one"}, {"c", "three"}}));
}

TEST_P(StateContract, WalksInKeyOrderOneTableOnly) {
  std::vector<std::string> keys;
  for (int i = 399; i >= 100; --i) ASSERT_TRUE(states().put(kLayouts, std::to_string(i), "x"));
  ASSERT_TRUE(states().put(kLayoutsTwo, "200", "y"));
  ASSERT_TRUE(states().for_each(kLayouts, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    EXPECT_TRUE(states().get(kLayouts, key).value());
    return true;
  }));
  EXPECT_EQ(keys.size(), 300u);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST_P(StateContract, BeyondItsBoundTheOldestWrittenGoes) {
  StateTable small = kLayouts;
  small.entries_max = 3;
  for (const char* key : {"d", "c", "b"}) ASSERT_TRUE(states().put(small, key, key));
  ASSERT_TRUE(states().put(small, "d", "again"));  // written last now
  ASSERT_TRUE(states().put(small, "a", "a"));
  EXPECT_THAT(all(small),
              testing::UnorderedElementsAre(testing::Key("d"), testing::Key("b"), testing::Key("a")));
}

TEST_P(StateContract, AnotherVersionIsNotSeenAndIsClearedAwayByAPut) {
  ASSERT_TRUE(states().put(kLayouts, "old", "x"));
  StateTable newer = kLayouts;
  newer.version = 2;
  EXPECT_FALSE(states().get(newer, "old").value());
  EXPECT_FALSE(states().erase(newer, "old").value());
  EXPECT_TRUE(all(newer).empty());
  EXPECT_TRUE(states().get(kLayouts, "old").value());
  EXPECT_EQ(states().put_if_absent(newer, "old", "y").value(), "y");
  EXPECT_EQ(all(newer).size(), 1u);
  EXPECT_TRUE(all(kLayouts).empty());
}

TEST_P(StateContract, HoldsCallersToTheLimits) {
  StateTable small = kLayouts;
  small.value_bytes_max = 4;
  EXPECT_TRUE(states().put(small, "a", "1234"));
  EXPECT_EQ(states().put(small, "a", "12345").error().kind, ErrorKind::too_large);
  EXPECT_EQ(states().put_if_absent(small, "b", "12345").error().kind, ErrorKind::too_large);
  const std::string longest(limits::kStateKeyBytesMax, 'k');
  EXPECT_TRUE(states().put(kLayouts, longest, "x"));
  EXPECT_EQ(states().get(kLayouts, longest).value(), "x");
  EXPECT_EQ(states().put(kLayouts, longest + "k", "x").error().kind, ErrorKind::too_large);
  EXPECT_EQ(states().get(kLayouts, longest + "k").error().source, ErrorSource::store);
}

TEST_P(StateContract, ClearEmptiesOneTable) {
  ASSERT_TRUE(states().put(kLayouts, "a", "x"));
  ASSERT_TRUE(states().put(kLayoutsTwo, "a", "x"));
  ASSERT_TRUE(states().clear(kLayouts));
  EXPECT_TRUE(all(kLayouts).empty());
  EXPECT_EQ(all(kLayoutsTwo).size(), 1u);
}

TEST_P(StateContract, ClearLearnedKeepsWhatIsToBeKept) {
  const StoreSecrets before = load_or_create_secrets(states()).value();
  ASSERT_TRUE(states().put(kLayouts, "a", "x"));
  ASSERT_TRUE(states().put(kLayouts, "b", "x"));
  ASSERT_TRUE(states().put(kLayoutsTwo, "a", "x"));
  EXPECT_EQ(states().clear_learned().value(), 3u);
  EXPECT_TRUE(all(kLayouts).empty());
  EXPECT_TRUE(all(kLayoutsTwo).empty());
  EXPECT_EQ(load_or_create_secrets(states()).value().primary.bytes, before.primary.bytes);
}

TEST_P(StateContract, SecretsAreMadeOnceAndAreTwo) {
  const StoreSecrets first = load_or_create_secrets(states()).value();
  const StoreSecrets second = load_or_create_secrets(states()).value();
  EXPECT_EQ(first.primary.bytes, second.primary.bytes);
  EXPECT_EQ(first.check.bytes, second.check.bytes);
  EXPECT_NE(first.primary.bytes, first.check.bytes);
  const auto other_store = make_store(GetParam(), clock_);
  EXPECT_NE(load_or_create_secrets(other_store->states()).value().primary.bytes, first.primary.bytes);
}

INSTANTIATE_TEST_SUITE_P(Engines, StateContract, testing::Values(Engine::memory, Engine::lmdb), engine_name);

}  // namespace
}  // namespace anyclaude
