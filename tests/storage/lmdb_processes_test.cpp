// Several processes on one store, and processes that die in the middle.
#include <gtest/gtest.h>
#include <lmdb.h>

#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/hex.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/store_secrets.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/child_process.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

class LmdbProcesses : public testing::Test {
 protected:
  std::unique_ptr<LmdbStore> open(LmdbStoreOptions options = {}) {
    options.directory = directory_.path();
    auto store = LmdbStore::open(options, clock_);
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  // Small enough to be outgrown at once.
  LmdbStoreOptions small_map() { return {.directory = directory_.path(), .map_bytes_initial = 1 << 20}; }
  bool put(LmdbStore& store, std::uint64_t number, std::size_t bytes = 3'000) {
    return store.responses()
        .begin_write(key_number(number))
        ->commit(answer(clock_, noise(number, bytes)))
        .has_value();
  }
  bool holds(LmdbStore& store, std::uint64_t number, std::size_t bytes = 3'000) {
    const auto found = store.responses().find(key_number(number));
    return found && *found && same(**found, answer(clock_, noise(number, bytes)));
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
};

TEST_F(LmdbProcesses, OneFindsWhatAnotherHasJustWritten) {
  ChildProcess child([this](ChildProcess& self) {
    const auto store = open();
    self.say("ready");
    self.hear();
    put(*store, 1);
    self.say("written");
    self.hear();
    return 0;
  });
  ASSERT_EQ(child.hear(), "ready");
  const auto store = open();
  EXPECT_FALSE(holds(*store, 1));
  child.say("go");
  ASSERT_EQ(child.hear(), "written");
  const auto deadline = std::chrono::steady_clock::now() + 20s;  // 100 ms on an idle disk
  bool found = false;
  while (!found && std::chrono::steady_clock::now() < deadline) found = holds(*store, 1);
  EXPECT_TRUE(found);
  child.say("end");
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(LmdbProcesses, OneFollowsWhenAnotherMakesTheMapLarger) {
  ChildProcess child([this](ChildProcess& self) {
    const auto store = open(small_map());
    self.say("ready");
    self.hear();
    for (std::uint64_t number = 0; number < 200; ++number) put(*store, number, 50'000);
    const bool flushed = store->responses().flush().has_value();
    self.say("grown");
    self.hear();
    return flushed && holds(*store, 1'000) ? 0 : 1;
  });
  ASSERT_EQ(child.hear(), "ready");
  const auto store = open(small_map());
  EXPECT_FALSE(holds(*store, 0, 50'000));
  child.say("go");
  ASSERT_EQ(child.hear(), "grown");
  for (std::uint64_t number = 0; number < 200; ++number) EXPECT_TRUE(holds(*store, number, 50'000));
  EXPECT_TRUE(put(*store, 1'000));
  EXPECT_TRUE(store->responses().flush());
  EXPECT_EQ(store->responses().stats().value().errors, 0u);
  EXPECT_GE(store->responses().stats().value().map_resized, 1u);
  child.say("end");
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(LmdbProcesses, TwoWritersLoseNothing) {
  constexpr std::uint64_t kEach = 400;
  ChildProcess child([this](ChildProcess& self) {
    const auto store = open(small_map());
    self.say("ready");
    self.hear();
    for (std::uint64_t number = 0; number < kEach; ++number) put(*store, kEach + number);
    return store->responses().flush() ? 0 : 1;
  });
  ASSERT_EQ(child.hear(), "ready");
  const auto store = open(small_map());
  child.say("go");
  for (std::uint64_t number = 0; number < kEach; ++number) EXPECT_TRUE(put(*store, number));
  EXPECT_TRUE(store->responses().flush());
  EXPECT_EQ(child.wait(), 0);
  for (std::uint64_t number = 0; number < 2 * kEach; ++number) EXPECT_TRUE(holds(*store, number)) << number;
  EXPECT_EQ(store->responses().stats().value().entries, 2 * kEach);
}

TEST_F(LmdbProcesses, ProcessesThatStartTogetherAgreeOnTheSecrets) {
  const auto racer = [this](ChildProcess& self) {
    self.say("ready");
    self.hear();
    const auto store = open();
    const auto secrets = load_or_create_secrets(store->states());
    if (!secrets) return 1;
    std::string both(secrets->primary.bytes.begin(), secrets->primary.bytes.end());
    both.append(secrets->check.bytes.begin(), secrets->check.bytes.end());
    self.say(to_hex(both));
    return 0;
  };
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove_all(directory_.path());
    std::set<std::string> seen;
    ChildProcess first(racer);
    ChildProcess second(racer);
    ChildProcess third(racer);
    for (ChildProcess* child : {&first, &second, &third}) ASSERT_EQ(child->hear(), "ready");
    for (ChildProcess* child : {&first, &second, &third}) child->say("go");
    for (ChildProcess* child : {&first, &second, &third}) seen.insert(child->hear());
    EXPECT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen.begin()->size(), 4 * HashSecret::kBytes);
    for (ChildProcess* child : {&first, &second, &third}) EXPECT_EQ(child->wait(), 0);
  }
}

// Ten stores, each through 25 rounds. A round writes beside what earlier rounds left, reports what flush()
// has promised, and is killed at a moment that the seed decides. Whatever was promised must be there, and
// everything there must verify.
class KilledWriter : public LmdbProcesses, public testing::WithParamInterface<std::uint64_t> {
 protected:
  static constexpr std::uint64_t kRounds = 25;
};

TEST_P(KilledWriter, LosesNothingThatWasFlushed) {
  std::set<std::uint64_t> promised;
  for (std::uint64_t seed = GetParam() * kRounds + 1; seed <= (GetParam() + 1) * kRounds; ++seed) {
    ChildProcess child([&](ChildProcess& self) {
      const auto store = open(small_map());
      for (std::uint64_t number = seed * 1'000; number < seed * 1'000 + 1'000; ++number) {
        put(*store, number, 100 + number * 7'919 % 9'000);
        if (number % 3 == 0 && number > seed * 1'000 + 5)
          (void)store->responses().remove(key_number(number - 1).primary);
        if (number % 5 == 0 && store->responses().flush()) self.say(std::to_string(number));
      }
      return 0;
    });
    std::mt19937_64 random(seed);
    const std::uint64_t reports = 1 + random() % 12;
    std::uint64_t last = 0;
    for (std::uint64_t report = 0; report < reports; ++report) {
      const std::string line = child.hear();
      ASSERT_FALSE(line.empty()) << "seed " << seed;
      last = std::stoull(line);
    }
    // No sleep: a busy moment of seeded length, so that the kill falls anywhere in the next batch.
    for (volatile std::uint64_t spin = random() % 3'000'000; spin > 0;) spin = spin - 1;
    EXPECT_EQ(child.kill_hard(), 128 + SIGKILL);
    for (std::uint64_t number = seed * 1'000; number <= last; ++number) {
      const bool removed_later = (number + 1) % 3 == 0 && number + 1 > seed * 1'000 + 5;
      if (!removed_later) promised.insert(number);
    }
    const auto store = open(small_map());
    ASSERT_TRUE(store);
    const auto verified = store->maintenance().verify();
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->damaged.empty()) << "seed " << seed;
    for (const std::uint64_t number : promised)
      EXPECT_TRUE(holds(*store, number, 100 + number * 7'919 % 9'000)) << number << ", seed " << seed;
  }
  EXPECT_GT(promised.size(), 300u);
}
INSTANTIATE_TEST_SUITE_P(Stores, KilledWriter, testing::Range<std::uint64_t>(0, 10));

// What a killed process was reading must not keep pages from being used again.
TEST_F(LmdbProcesses, AKilledReaderIsClearedAwayAtTheNextOpening) {
  open().reset();
  ChildProcess child([this](ChildProcess& self) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 16);
    const bool reading = mdb_env_open(env, directory_.path().c_str(), MDB_NOTLS, 0600) == 0 &&
                         mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0;
    self.say(reading ? "reading" : "failed");
    self.hear();
    return 0;
  });
  ASSERT_EQ(child.hear(), "reading");
  EXPECT_EQ(child.kill_hard(), 128 + SIGKILL);
  const auto store = open();
  const auto size_after = [&](std::uint64_t rounds) {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      put(*store, 1, 100'000);
      EXPECT_TRUE(store->responses().flush());
    }
    return store->responses().stats().value().file_bytes;
  };
  const auto settled = size_after(10);
  EXPECT_LE(size_after(40), settled + 200'000);
}

TEST_F(LmdbProcesses, AKilledReaderIsClearedAwayBesideARunningBroker) {
  ChildProcess child([this](ChildProcess& self) {
    self.hear();
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 16);
    const bool reading = mdb_env_open(env, directory_.path().c_str(), MDB_NOTLS, 0600) == 0 &&
                         mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0;
    self.say(reading ? "reading" : "failed");
    self.hear();
    return 0;
  });
  const auto store = open();
  child.say("open");
  ASSERT_EQ(child.hear(), "reading");
  EXPECT_EQ(store->maintenance().health()->stale_readers_cleared, 0u);
  EXPECT_EQ(child.kill_hard(), 128 + SIGKILL);
  EXPECT_GE(store->maintenance().health()->stale_readers_cleared, 1u);
  EXPECT_GE(store->responses().stats()->stale_readers, 1u);
  EXPECT_EQ(store->maintenance().health()->stale_readers_cleared, 0u);
}

// LMDB's lock outlives its holder; on Linux the next one is told so and takes it over.
TEST_F(LmdbProcesses, AProcessKilledInATransactionDoesNotBlockTheNextWriter) {
  open().reset();
  ChildProcess child([this](ChildProcess& self) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi state = 0;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 16);
    MDB_val key{1, const_cast<char*>("k")};
    MDB_val value{5, const_cast<char*>("value")};
    const bool writing = mdb_env_open(env, directory_.path().c_str(), MDB_NOTLS, 0600) == 0 &&
                         mdb_txn_begin(env, nullptr, 0, &txn) == 0 &&
                         mdb_dbi_open(txn, "state", 0, &state) == 0 &&
                         mdb_put(txn, state, &key, &value, 0) == 0;
    self.say(writing ? "writing" : "failed");
    self.hear();
    return 0;
  });
  ASSERT_EQ(child.hear(), "writing");
  const auto store = open();
  EXPECT_TRUE(put(*store, 1));
  EXPECT_EQ(child.kill_hard(), 128 + SIGKILL);
  EXPECT_TRUE(store->responses().flush());
  EXPECT_TRUE(holds(*store, 1));
  EXPECT_EQ(store->responses().stats().value().errors, 0u);
  EXPECT_TRUE(store->maintenance().verify()->damaged.empty());
}

TEST_F(LmdbProcesses, ClosingDoesNotWaitForEverForAnotherProcessThatSitsOnTheWriteLock) {
  open().reset();
  ChildProcess child([this](ChildProcess& self) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 16);
    const bool writing = mdb_env_open(env, directory_.path().c_str(), MDB_NOTLS, 0600) == 0 &&
                         mdb_txn_begin(env, nullptr, 0, &txn) == 0;
    self.say(writing ? "writing" : "failed");
    self.hear();
    mdb_txn_abort(txn);
    self.say("let go");
    return 0;
  });
  ASSERT_EQ(child.hear(), "writing");
  auto store = open();
  EXPECT_TRUE(put(*store, 1));
  EXPECT_TRUE(holds(*store, 1));  // lookups go on
  const Status late = store->responses().flush();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timed_out);
  EXPECT_EQ(store->responses().begin_write(key_number(2))->commit(answer(clock_, "x")).has_value(), true);
  const auto before = std::chrono::steady_clock::now();
  store.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
  child.say("end");
  EXPECT_EQ(child.hear(), "let go");
  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace anyclaude
