// What is LMDB's alone: files, permissions, damage, a full disk.
#include "storage/lmdb/lmdb_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/limits.h"
#include "storage/store_secrets.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/child_process.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using testing::HasSubstr;

class LmdbStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<LmdbStore>> try_open(LmdbStoreOptions options = {}) {
    if (options.directory.empty()) options.directory = place_;
    return LmdbStore::open(options, clock_);
  }
  std::unique_ptr<LmdbStore> open(LmdbStoreOptions options = {}) {
    auto store = try_open(std::move(options));
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  LmdbStoreOptions maintain(std::uint64_t bytes_max = 0) {
    return {.directory = place_, .bytes_max = bytes_max, .access = LmdbAccess::maintain};
  }
  Status put(LmdbStore& store, std::uint64_t number, std::string text) {
    return store.responses().begin_write(key_number(number))->commit(answer(clock_, std::move(text)));
  }
  std::optional<StoredResponse> find(LmdbStore& store, std::uint64_t number) {
    return store.responses().find(key_number(number)).value();
  }
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 07777;
  }
  std::string data_file() {
    std::ifstream in(place_ / "data.mdb", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write_data_file(const std::string& bytes) {
    std::ofstream(place_ / "data.mdb", std::ios::binary | std::ios::trunc) << bytes;
  }

  // As another program, or another version, would write.
  template <typename Use>
  void with_raw_transaction(Use use) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 16);
    mdb_env_set_mapsize(env, 64 << 20);
    ASSERT_EQ(mdb_env_open(env, place_.c_str(), 0, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    use(txn);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
  }

  TemporaryDirectory directory_;
  std::filesystem::path place_ = directory_.path() / "a" / "store";
  FakeClock clock_;
};

TEST_F(LmdbStoreTest, KeepsAnswersStateAndHitsAcrossOpenings) {
  auto store = open();
  ASSERT_TRUE(put(*store, 1, "hello"));
  ASSERT_TRUE(find(*store, 1));
  const auto secrets = load_or_create_secrets(store->states()).value();
  store.reset();  // without a flush
  store = open();
  EXPECT_TRUE(same(find(*store, 1).value(), answer(clock_, "hello")));
  EXPECT_EQ(load_or_create_secrets(store->states()).value().check.bytes, secrets.check.bytes);
  std::uint64_t hits = 0;
  ASSERT_TRUE(store->maintenance().for_each([&](const EntryInfo& info) {
    hits = info.hits;
    return true;
  }));
  EXPECT_EQ(hits, 2u);
}

TEST_F(LmdbStoreTest, DirectoryAndFilesAreTheUsersAlone) {
  const mode_t before = ::umask(0);
  const auto store = open();
  ::umask(before);
  ASSERT_TRUE(store);
  EXPECT_EQ(mode_of(place_), 0700u);
  EXPECT_EQ(mode_of(place_ / "data.mdb"), 0600u);
  EXPECT_EQ(mode_of(place_ / "lock.mdb"), 0600u);
}

TEST_F(LmdbStoreTest, RefusesWhatOthersCanReach) {
  open().reset();
  const auto refused = [this](const std::filesystem::path& path, mode_t loose, mode_t tight) {
    ASSERT_EQ(::chmod(path.c_str(), loose), 0);
    const auto store = try_open();
    ASSERT_FALSE(store) << path;
    EXPECT_EQ(store.error().kind, ErrorKind::permission);
    EXPECT_EQ(store.error().source, ErrorSource::store);
    EXPECT_THAT(store.error().message, HasSubstr("chmod"));
    EXPECT_THAT(store.error().message, HasSubstr(path.string()));
    ASSERT_EQ(::chmod(path.c_str(), tight), 0);
  };
  refused(place_, 0750, 0700);
  refused(place_, 0701, 0700);
  refused(place_ / "data.mdb", 0640, 0600);
  refused(place_ / "lock.mdb", 0604, 0600);
  EXPECT_TRUE(try_open());
}

TEST_F(LmdbStoreTest, RefusesASecondOpeningInOneProcessAndAllowsALaterOne) {
  auto store = open();
  const auto alias = directory_.path() / "alias";
  std::filesystem::create_symlink(place_, alias);
  for (const auto& path : {place_, alias}) {
    const auto second = try_open({.directory = path});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::invalid_request);
    EXPECT_THAT(second.error().message, HasSubstr("open in this process already"));
  }
  store.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(LmdbStoreTest, MaintainOpensOnlyWhatIsThereAndMakesNothing) {
  const auto missing = try_open(maintain());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(place_));
  std::filesystem::create_directories(place_);
  ::chmod(place_.c_str(), 0700);
  EXPECT_EQ(try_open(maintain()).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(place_));
  open().reset();
  EXPECT_TRUE(try_open(maintain()));
}

TEST_F(LmdbStoreTest, MaintainNeitherExpiresNorEvicts) {
  auto store = open();
  for (std::uint64_t number = 0; number < 10; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 5'000)));
  store.reset();
  clock_.advance(std::chrono::hours{48});
  store = open(maintain(1'000));
  ASSERT_TRUE(store->states().put({.name = "x"}, "a", "b"));
  ASSERT_TRUE(store->responses().flush());
  EXPECT_EQ(store->responses().stats().value().entries, 10u);
  EXPECT_FALSE(find(*store, 1));
}

TEST_F(LmdbStoreTest, AFileThatIsNoStoreIsAClearErrorAndIsLeftAlone) {
  std::filesystem::create_directories(place_);
  ::chmod(place_.c_str(), 0700);
  for (const std::string& content : {std::string("hello"), noise(1, 100'000), std::string(100'000, '\0')}) {
    write_data_file(content);
    ::chmod((place_ / "data.mdb").c_str(), 0600);
    const auto store = try_open();
    ASSERT_FALSE(store) << content.size();
    EXPECT_EQ(store.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(store.error().message, HasSubstr("data.mdb is not a store or is damaged"));
    EXPECT_EQ(data_file(), content);
  }
}

TEST_F(LmdbStoreTest, AFileCutShortIsAClearError) {
  auto store = open();
  for (std::uint64_t number = 0; number < 50; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 9'000)));
  store.reset();
  const std::string whole = data_file();
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{4'096}, whole.size() / 2, whole.size() - 8'192}) {
    write_data_file(whole.substr(0, bytes));
    const auto cut = try_open();
    ASSERT_FALSE(cut) << bytes;
    EXPECT_EQ(cut.error().kind, ErrorKind::corrupt) << cut.error().message;
    EXPECT_EQ(data_file().size(), bytes);
  }
  write_data_file(whole);
  EXPECT_TRUE(find(*open(), 7));
}

std::uint64_t last_page(const std::string& file, std::size_t head) {
  std::uint64_t number = 0;
  file.copy(reinterpret_cast<char*>(&number), sizeof number, head + 136);
  return number;
}

// LMDB does not write pages that a transaction took and gave back; its file then ends before its last page.
TEST_F(LmdbStoreTest, AFileThatLacksOnlyFreePagesIsSound) {
  auto store = open();
  for (std::uint64_t number = 0; number < 20; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 9'000)));
  store.reset();
  const auto take_and_give_back = [](MDB_txn* txn) {
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn, "state", 0, &dbi), 0);
    std::string large(1 << 20, 'x');
    MDB_val key{1, const_cast<char*>("k")};
    MDB_val value{large.size(), large.data()};
    MDB_val small_value{3'000, large.data()};
    ASSERT_EQ(mdb_put(txn, dbi, &key, &small_value, 0), 0);
    ASSERT_EQ(mdb_put(txn, dbi, &key, &value, 0), 0);
    ASSERT_EQ(mdb_del(txn, dbi, &key, nullptr), 0);
  };
  for (int round = 0; round < 4; ++round) with_raw_transaction(take_and_give_back);
  const std::string file = data_file();
  // As LMDB's two heads say; or the test has lost its point.
  EXPECT_GT(std::max(last_page(file, 0), last_page(file, 4'096)) + 1, file.size() / 4'096);
  store = open();
  ASSERT_TRUE(store);
  EXPECT_TRUE(find(*store, 7));
  EXPECT_TRUE(put(*store, 30, noise(30, 2'000'000)));
  EXPECT_TRUE(store->responses().flush());
  EXPECT_EQ(store->maintenance().verify()->checked, 21u);
}

// Of another program, or of a later version: named, refused, untouched.
TEST_F(LmdbStoreTest, OtherEnvironmentsAndNewerFormatsAreRefused) {
  std::filesystem::create_directories(place_);
  ::chmod(place_.c_str(), 0700);
  with_raw_transaction([](MDB_txn* txn) {
    MDB_dbi dbi = 0;
    mdb_dbi_open(txn, "recipes", MDB_CREATE, &dbi);
  });
  EXPECT_THAT(try_open(maintain()).error().message, HasSubstr("is not a store of anyclaude"));
  open().reset();
  with_raw_transaction([](MDB_txn* txn) {
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
    MDB_val key{6, const_cast<char*>("format")};
    MDB_val value{4, const_cast<char*>("\x63\0\0\0")};
    ASSERT_EQ(mdb_put(txn, dbi, &key, &value, 0), 0);
  });
  const auto newer = try_open();
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(newer.error().message, HasSubstr("has format 99"));
}

// A record is found in the file by its incompressible text, and one bit of it is turned.
TEST_F(LmdbStoreTest, ADamagedRecordIsAMissIsCountedAndIsNamedByVerify) {
  auto store = open();
  StoredResponse plain = answer(clock_, "");
  plain.message_json.clear();
  std::mt19937_64 random(5);
  for (int i = 0; i < 6'000; ++i) plain.message_json.push_back(static_cast<char>(random()));
  ASSERT_TRUE(store->responses().begin_write(key_number(1))->commit(plain));
  ASSERT_TRUE(put(*store, 2, "whole"));
  store.reset();
  std::string bytes = data_file();
  const auto at = bytes.find(plain.message_json.substr(3'000, 100));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 4);
  write_data_file(bytes);
  store = open();
  EXPECT_FALSE(find(*store, 1));
  EXPECT_TRUE(find(*store, 2));
  EXPECT_EQ(store->responses().stats().value().errors, 1u);
  const auto verified = store->maintenance().verify().value();
  EXPECT_EQ(verified.checked, 2u);
  EXPECT_THAT(verified.damaged, testing::ElementsAre(key_number(1).primary));
  EXPECT_EQ(store->maintenance().inspect(key_number(1).primary).error().kind, ErrorKind::corrupt);
  // The next answer for the key mends it.
  ASSERT_TRUE(put(*store, 1, "new"));
  EXPECT_TRUE(find(*store, 1));
  EXPECT_TRUE(store->maintenance().verify().value().damaged.empty());
}

TEST_F(LmdbStoreTest, GrowsFarBeyondTheFirstMap) {
  const auto store = open({.directory = place_, .map_bytes_initial = 128 * 1024});
  for (std::uint64_t number = 0; number < 300; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 40'000)));
  const auto flushed = store->responses().flush();
  ASSERT_TRUE(flushed) << flushed.error().message;
  for (std::uint64_t number = 0; number < 300; ++number) EXPECT_TRUE(find(*store, number)) << number;
  EXPECT_EQ(store->responses().stats().value().errors, 0u);
  EXPECT_GE(store->responses().stats().value().map_grown, 5u);
}

TEST_F(LmdbStoreTest, ASmallerBoundIsReachedInSmallSteps) {
  auto store = open();
  for (std::uint64_t number = 0; number < 1'000; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 500)));
  store.reset();
  store = open({.directory = place_, .bytes_max = 50'000});
  // Each flush is at least one step of 64 entries.
  for (int step = 0; step < 20; ++step) ASSERT_TRUE(store->responses().flush());
  const auto stats = store->responses().stats().value();
  EXPECT_LE(stats.record_bytes, 50'000u);
  EXPECT_GT(stats.entries, 50u);
}

// The limit on file size stands in for a full disk: write() fails in the same place.
TEST_F(LmdbStoreTest, AFullDiskIsAnErrorAndEndsWhenThereIsRoomAgain) {
  ChildProcess child([this](ChildProcess&) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto store = open();
    if (!put(*store, 1, "before") || !store->responses().flush()) return 1;
    const auto size = store->responses().stats().value().file_bytes;
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = size + 64 * 1024;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (std::uint64_t number = 10; number < 20; ++number)
      if (!put(*store, number, noise(number, 100'000))) return 2;  // admitted; it fails behind
    const Status full = store->responses().flush();
    if (full || full.error().kind != ErrorKind::full || full.error().source != ErrorSource::store) return 3;
    if (full.error().message.find("no space left") == std::string::npos) return 4;
    if (find(*store, 10)) return 5;
    if (!find(*store, 1)) return 6;
    const auto stats = store->responses().stats().value();
    if (stats.errors == 0 || stats.disk_full == 0 || stats.last_error != full.error().message) return 7;
    if (store->states().put({.name = "x"}, "a", std::string(200'000, 'x'))) return 8;
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (!put(*store, 30, noise(30, 100'000))) return 9;
    const Status again = store->responses().flush();
    if (!again) return 10;
    if (!find(*store, 30) || !store->maintenance().verify()->damaged.empty()) return 11;
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(find(*open(), 30));
}

TEST_F(LmdbStoreTest, ClosingOnAFullDiskDoesNotHang) {
  ChildProcess child([this](ChildProcess&) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = open();
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 128 * 1024;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (std::uint64_t number = 0; number < 20; ++number) (void)put(*store, number, noise(number, 100'000));
    store.reset();
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(open()->maintenance().verify()->damaged.empty());
}

TEST_F(LmdbStoreTest, ADirectoryThatMayNotBeWrittenIsAClearError) {
  open().reset();
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(place_.parent_path().c_str(), 0755), 0);
  ChildProcess child([this](ChildProcess&) {
    if (::geteuid() == 0) {
      // To root nothing is read-only; nobody is told apart by owning the store without being allowed to
      // write.
      if (::chown(place_.c_str(), 65'534, 65'534) != 0 || ::setuid(65'534) != 0) return 1;
    }
    ::chmod(place_.c_str(), 0500);
    ::chmod((place_ / "data.mdb").c_str(), 0400);
    const auto existing = try_open();
    const auto fresh = try_open({.directory = place_ / "inner"});
    ::chmod(place_.c_str(), 0700);
    for (const auto* store : {&existing, &fresh}) {
      if (*store || store->error().kind != ErrorKind::permission) return 2;
      if (store->error().message.find("may not write") == std::string::npos) return 3;
    }
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(LmdbStoreTest, ADirectoryThatIsAFileIsAClearError) {
  std::ofstream(directory_.path() / "file") << "x";
  const auto store = try_open({.directory = directory_.path() / "file"});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("is not a directory"));
  EXPECT_FALSE(try_open({.directory = directory_.path() / "file" / "inner"}));
}

}  // namespace
}  // namespace anyclaude
