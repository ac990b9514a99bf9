// The file stays within its bound whatever is written, and what is found is right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>

#include "base/limits.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/child_process.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

constexpr std::uint64_t kBound = 8 * 1024 * 1024;

// RssAnon of this process; nothing where the system does not tell, or a sanitizer keeps what was freed.
std::optional<std::uint64_t> anonymous_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return std::nullopt;
#endif
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  return std::nullopt;
}

// Sizes of the messages of one kind of traffic.
struct Traffic {
  const char* name;
  std::size_t bytes_min;
  std::size_t bytes_max;
  std::uint64_t bounds_written;  // how many times the bound comes by
};

class LmdbBound : public testing::TestWithParam<Traffic> {
 protected:
  std::unique_ptr<LmdbStore> open() {
    auto store = LmdbStore::open({.directory = directory_.path(), .bytes_max = kBound}, clock_);
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  std::size_t size_of(std::uint64_t number) const {
    const auto [name, least, most, times] = GetParam();
    // As many small ones as large ones, by their logarithm.
    std::mt19937_64 random(number);
    const double part = static_cast<double>(random() % 10'000) / 10'000;
    return static_cast<std::size_t>(static_cast<double>(least) *
                                    std::pow(static_cast<double>(most) / static_cast<double>(least), part));
  }
  void expect_within(LmdbStore& store) {
    const StoreStats stats = store.responses().stats().value();
    EXPECT_LE(stats.file_bytes, kBound / 4 * 5);
    EXPECT_LE(stats.record_bytes, kBound);
    EXPECT_EQ(stats.errors, 0u) << stats.last_error;
  }

  FakeClock clock_;
  TemporaryDirectory directory_;
};

// Up to ten times the bound: answers come, are asked for again, replaced and removed, and the clock goes on.
TEST_P(LmdbBound, HoldsWhateverIsWritten) {
  auto store = open();
  std::mt19937_64 random(1);
  std::uint64_t written = 0;
  std::uint64_t number = 0;
  std::optional<std::uint64_t> settled;
  for (std::uint64_t round = 0; written < GetParam().bounds_written * kBound; ++round) {
    for (int i = 0; i < 20; ++i, ++number) {
      const std::size_t bytes = size_of(number);
      ASSERT_TRUE(
          store->responses().begin_write(key_number(number))->commit(answer(clock_, noise(number, bytes))));
      written += bytes;
    }
    for (int i = 0; i < 10; ++i) {
      const std::uint64_t asked = number - 1 - random() % std::min<std::uint64_t>(number, 500);
      const auto found = store->responses().find(key_number(asked));
      ASSERT_TRUE(found);
      if (*found) {
        EXPECT_TRUE(same(**found, answer(clock_, noise(asked, size_of(asked)))) ||
                    (*found)->created_at_ms < unix_milliseconds(clock_.system_now()));
      }
    }
    if (round % 10 == 3) {
      ASSERT_TRUE(store->responses().remove(key_number(random() % number).primary));
    }
    if (round % 10 == 7) {
      clock_.advance(std::chrono::minutes{2});
      expect_within(*store);
      if (written > kBound / 2 * 3 && !settled) settled = anonymous_bytes();
    }
  }
  ASSERT_TRUE(store->responses().flush());
  expect_within(*store);
  if (settled) {
    EXPECT_LE(anonymous_bytes().value(), *settled + 16 * 1024 * 1024);
  }
  const StoreStats stats = store->responses().stats().value();
  EXPECT_GT(stats.evicted, 0u);
  EXPECT_GT(stats.record_bytes, kBound / 2);  // the room is used
  const auto verified = store->maintenance().verify().value();
  EXPECT_EQ(verified.checked, stats.entries);
  EXPECT_THAT(verified.damaged, testing::IsEmpty());
  store.reset();
  EXPECT_EQ(open()->responses().stats()->entries, stats.entries);
}

INSTANTIATE_TEST_SUITE_P(Sizes, LmdbBound,
                         testing::Values(Traffic{"tiny", 200, 400, 1}, Traffic{"usual", 500, 20'000, 4},
                                         Traffic{"large", 50'000, 300'000, 10},
                                         Traffic{"mixed", 300, 200'000, 10}),
                         [](const auto& info) { return info.param.name; });

class LmdbBoundFilled : public testing::Test {
 protected:
  std::unique_ptr<LmdbStore> open(std::uint64_t bound) {
    return std::move(LmdbStore::open({.directory = directory_.path(), .bytes_max = bound}, clock_).value());
  }
  Status put(LmdbStore& store, std::uint64_t number, std::size_t bytes) {
    return store.responses().begin_write(key_number(number))->commit(answer(clock_, noise(number, bytes)));
  }

  FakeClock clock_;
  TemporaryDirectory directory_;
};

TEST_F(LmdbBoundFilled, AnAnswerLargerThanTheStoreIsNotKeptAndHurtsNobody) {
  const auto store = open(200'000);
  ASSERT_TRUE(put(*store, 1, 1'000));
  ASSERT_TRUE(put(*store, 2, 4'000'000));
  (void)store->responses().flush();
  EXPECT_FALSE(store->responses().find(key_number(2)).value());
  ASSERT_TRUE(put(*store, 3, 1'000));
  EXPECT_TRUE(store->responses().flush());
  EXPECT_TRUE(store->responses().find(key_number(3)).value());
  EXPECT_LE(store->responses().stats()->file_bytes, 200'000 + (2u << 20));
}

// A snapshot that another program holds keeps every page it sees from being used again.
TEST_F(LmdbBoundFilled, AMapThatIsFullAtTheBoundIsCountedAndEndsWithItsCause) {
  open(kBound).reset();
  ChildProcess child([this](ChildProcess& self) {
    self.hear();
    MDB_env* env = nullptr;
    MDB_txn* snapshot = nullptr;
    if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, 64 << 20) != 0 ||
        mdb_env_open(env, directory_.path().c_str(), 0, 0600) != 0 ||
        mdb_txn_begin(env, nullptr, MDB_RDONLY, &snapshot) != 0)
      return 1;
    self.say("held");
    self.hear();
    mdb_txn_abort(snapshot);
    mdb_env_close(env);
    self.say("released");
    return 0;
  });
  const auto store = open(kBound);
  for (std::uint64_t number = 0; number < 20; ++number) ASSERT_TRUE(put(*store, number, 100'000));
  ASSERT_TRUE(store->responses().flush());
  child.say("hold");
  ASSERT_EQ(child.hear(), "held");
  Status full;
  for (std::uint64_t number = 100; number < 400 && full; ++number) {
    ASSERT_TRUE(put(*store, number, 100'000));
    full = store->responses().flush();
  }
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::full);
  const StoreStats stats = store->responses().stats().value();
  EXPECT_GE(stats.map_full, 1u);
  EXPECT_GE(stats.errors, 1u);
  EXPECT_LE(stats.file_bytes, kBound / 4 * 5);
  EXPECT_TRUE(store->responses().find(key_number(100)).has_value());  // lookups go on
  child.say("release");
  ASSERT_EQ(child.hear(), "released");
  ASSERT_TRUE(put(*store, 1'000, 100'000));
  const Status again = store->responses().flush();
  EXPECT_TRUE(again) << again.error().message;
  EXPECT_TRUE(store->responses().find(key_number(1'000)).value());
  EXPECT_THAT(store->maintenance().verify()->damaged, testing::IsEmpty());
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(LmdbBoundFilled, ALowerBoundHoldsForAnswersAtOnceAndForTheFileAfterCompacting) {
  auto store = open(4 * kBound);
  for (std::uint64_t number = 0; number < 250; ++number) ASSERT_TRUE(put(*store, number, 100'000));
  ASSERT_TRUE(store->responses().flush());
  store.reset();
  store = open(kBound);
  // Each flush is a step at least, and a step looks at 64 entries at least.
  for (int step = 0; step < 5; ++step) ASSERT_TRUE(store->responses().flush());
  StoreHealth health = store->maintenance().health().value();
  EXPECT_LE(health.record_bytes, kBound);
  EXPECT_GT(health.record_bytes, kBound / 2);
  EXPECT_GT(health.file_bytes, health.file_bytes_max);
  EXPECT_THAT(health.problems,
              testing::ElementsAre(testing::HasSubstr("shrinks when the store is compacted")));
  EXPECT_TRUE(store->responses().find(key_number(249)).value());
  ASSERT_TRUE(store->maintenance().compact());
  health = store->maintenance().health().value();
  EXPECT_LE(health.file_bytes, health.file_bytes_max);
  EXPECT_THAT(health.problems, testing::IsEmpty());
  EXPECT_TRUE(store->responses().find(key_number(249)).value());
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(LmdbBoundFilled, WhereAddressesAreFewTheMapBeginsSmall) {
  ChildProcess child([this](ChildProcess&) {
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 1u << 30;
    ::setrlimit(RLIMIT_AS, &limit);
    const auto store = LmdbStore::open({.directory = directory_.path(), .bytes_max = 8ull << 30}, clock_);
    if (!store) return 1;
    if (!put(**store, 1, 1'000) || !(*store)->responses().flush()) return 2;
    if ((*store)->maintenance().health()->map_bytes != limits::kStoreMapBytesSmall) return 3;
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(open(kBound)->responses().find(key_number(1)).value());
}
#endif

// Everything at once needs pages side by side, which a file may not have.
TEST_F(LmdbBoundFilled, AFullFileCanBeEmptied) {
  auto store = open(8 * kBound);
  constexpr std::uint64_t kAnswers = 30'000;
  for (std::uint64_t number = 0; number < kAnswers; ++number) {
    ASSERT_TRUE(put(*store, number, 600));
    if (number % 4'096 == 0) {
      ASSERT_TRUE(store->responses().flush());
    }
  }
  ASSERT_TRUE(store->responses().flush());
  store.reset();
  store = open(kBound);
  const auto purged = store->maintenance().purge_all(PurgeMode::remove);
  ASSERT_TRUE(purged) << purged.error().message;
  const StoreStats stats = store->responses().stats().value();
  EXPECT_EQ(purged->entries + stats.evicted, kAnswers);
  EXPECT_EQ(stats.entries, 0u);
  EXPECT_EQ(stats.record_bytes, 0u);
}

}  // namespace
}  // namespace anyclaude
