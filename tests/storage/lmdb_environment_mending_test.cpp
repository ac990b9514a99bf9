// What is left behind by a damage that meets a write transaction in its middle.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "storage/lmdb/lmdb_environment.h"
#include "tests/storage/answers.h"
#include "tests/storage/child_process.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude::lmdb {
namespace {

using namespace std::chrono_literals;

constexpr off_t kPageBytes = 4'096;
constexpr unsigned kSecondsMax = 30;  // of a child, which a signal ends then

class LmdbEnvironmentMending : public testing::Test {
 protected:
  std::unique_ptr<LmdbEnvironment> open() {
    auto environment =
        LmdbEnvironment::open({.directory = directory_.path(), .damaged_file = DamagedFile::is_set_aside});
    if (!environment) ADD_FAILURE() << environment.error().message;
    return environment ? std::move(*environment) : nullptr;
  }
  static int write(LmdbEnvironment& environment, const std::string& value) {
    return environment.write(
        [&](Transaction& txn) { return put_value(txn, environment.tables().meta, "test", value); },
        [] { return true; });
  }
  static bool reads(LmdbEnvironment& environment, const std::string& value) {
    const auto reading = environment.begin_read();
    std::optional<std::string> found;
    return reading && get_value(reading->get(), environment.tables().meta, "test", found) == 0 &&
           found == value;
  }
  // As the writer of a store does it: what could not be written is written again.
  static bool writes_in_the_end(LmdbEnvironment& environment, const std::string& value) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (write(environment, value) != 0) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      if (!environment.mend()) std::this_thread::sleep_for(20ms);
    }
    return true;
  }
  void overwrite_lock() const {
    const std::string bytes = noise(7, 8'192);
    const int file = ::open((directory_.path() / "lock.mdb").c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::pwrite(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    ::close(file);
  }
  // Every page but the two heads.
  void zero_pages() const {
    const auto data = directory_.path() / "data.mdb";
    const std::string zeros(std::filesystem::file_size(data) - 2 * kPageBytes, '\0');
    const int file = ::open(data.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::pwrite(file, zeros.data(), zeros.size(), 2 * kPageBytes), static_cast<ssize_t>(zeros.size()));
    ::close(file);
  }
  void cut_data() const { EXPECT_EQ(::truncate((directory_.path() / "data.mdb").c_str(), 0), 0); }

  TemporaryDirectory directory_;
};

// Lookups keep the pages they have read while nothing is written; the check of the file must not believe
// them.
TEST_F(LmdbEnvironmentMending, ADamageBehindPagesThatAreStillKnownIsFound) {
  const auto environment = open();
  ASSERT_TRUE(environment);
  ASSERT_EQ(write(*environment, "before"), 0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(environment->check_file().faults.empty());
  zero_pages();
  EXPECT_NE(write(*environment, "behind"), 0);
  EXPECT_TRUE(environment->mend());
  EXPECT_EQ(write(*environment, "afterwards"), 0);
  EXPECT_TRUE(reads(*environment, "afterwards"));
}

// The write lock is in lock.mdb: it cannot be given back, and what the system's library of threads knows of
// it must stay where it is.
TEST_F(LmdbEnvironmentMending, ALockFileOverwrittenInAWriteHoldsUpNobodyLater) {
  ChildProcess other([this](ChildProcess& self) {
    ::alarm(kSecondsMax);
    if (self.hear() != "go") return 2;
    const auto environment = open();
    return environment && writes_in_the_end(*environment, "of the other") ? 0 : 1;
  });
  const auto environment = open();
  ASSERT_TRUE(environment);
  ASSERT_EQ(write(*environment, "before"), 0);
  (void)environment->write(
      [&](Transaction& txn) {
        overwrite_lock();
        return put_value(txn, environment->tables().meta, "test", "in the middle");
      },
      [] { return true; });
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(writes_in_the_end(*environment, std::to_string(i)));
    EXPECT_TRUE(reads(*environment, std::to_string(i)));
  }
  other.say("go");
  EXPECT_EQ(other.wait(), 0);
  EXPECT_TRUE(reads(*environment, "of the other"));
}

// The other waits for a lock whose holder is alive, but has been thrown out of liblmdb with the lock.
TEST_F(LmdbEnvironmentMending, AFaultInAWriteLetsAnotherProcessWrite) {
  ChildProcess other([this](ChildProcess& self) {
    ::alarm(kSecondsMax);
    const auto environment = open();
    self.say("ready");
    if (self.hear() != "go") return 2;
    self.say("waits now");
    return environment && writes_in_the_end(*environment, "of the other") ? 0 : 1;
  });
  ASSERT_EQ(other.hear(), "ready");
  const auto environment = open();
  ASSERT_TRUE(environment);
  ASSERT_EQ(write(*environment, "before"), 0);
  const int code = environment->write(
      [&](Transaction& txn) {
        other.say("go");
        EXPECT_EQ(other.hear(), "waits now");
        cut_data();
        return call_lmdb(txn, [&](MDB_txn* raw) {
          MDB_val key = value_of("test");
          MDB_val value{};
          return mdb_get(raw, environment->tables().meta.handle, &key, &value);
        });
      },
      [] { return true; });
  EXPECT_EQ(code, kFaulted);
  EXPECT_EQ(other.wait(), 0);
  EXPECT_TRUE(writes_in_the_end(*environment, "here"));
  EXPECT_TRUE(reads(*environment, "here"));
}

}  // namespace
}  // namespace anyclaude::lmdb
