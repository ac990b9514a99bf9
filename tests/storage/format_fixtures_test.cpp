// Stores as earlier programs wrote them: what is in them is found, or is gone, and never taken for something
// else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/tables.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/resealed_record.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using testing::HasSubstr;

// What becomes of the answers when this program opens the store.
enum class Answers { found, reclaimed };

struct Fixture {
  std::string folder;
  std::uint32_t store_format = 0;
  std::uint16_t record_version = 0;
  std::uint32_t dictionary_id = 0;  // of its packed records
  Answers answers = Answers::found;
};

const Fixture kFixtures[] = {
    {.folder = "format_1", .store_format = 1, .record_version = 1, .dictionary_id = 0},
    {.folder = "format_1_dictionary", .store_format = 1, .record_version = 1, .dictionary_id = 40'001},
    {.folder = "format_2", .store_format = 2, .record_version = 1, .dictionary_id = 40'001},
};

const std::filesystem::path kStores = std::filesystem::path(ANYCLAUDE_TEST_DATA) / "stores";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string unpacked(const std::string& packed) {
  std::string bytes(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  EXPECT_EQ(ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size()), bytes.size());
  return bytes;
}

// The file as another program sees it: LMDB without this one's store on top.
class RawStore {
 public:
  explicit RawStore(const std::filesystem::path& directory) {
    EXPECT_EQ(mdb_env_create(&env_), 0);
    EXPECT_EQ(mdb_env_set_maxdbs(env_, 16), 0);
    EXPECT_EQ(mdb_env_open(env_, directory.c_str(), 0, 0600), 0);
    EXPECT_EQ(mdb_txn_begin(env_, nullptr, 0, &txn_), 0);
  }
  ~RawStore() {
    EXPECT_EQ(mdb_txn_commit(txn_), 0);
    mdb_env_close(env_);
  }
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  std::uint32_t format() {
    MDB_val key = lmdb::value_of(lmdb::kFormatName);
    MDB_val bytes{};
    EXPECT_EQ(mdb_get(txn_, table("meta"), &key, &bytes), 0);
    return lmdb::read_little_endian<std::uint32_t>(lmdb::bytes_of(bytes), 0);
  }
  void set_format(std::uint32_t format) {
    std::string bytes;
    lmdb::append_little_endian(bytes, format);
    MDB_val key = lmdb::value_of(lmdb::kFormatName);
    MDB_val value = lmdb::value_of(bytes);
    EXPECT_EQ(mdb_put(txn_, table("meta"), &key, &value, 0), 0);
  }

 private:
  MDB_dbi table(const char* name) {
    MDB_dbi opened = 0;
    EXPECT_EQ(mdb_dbi_open(txn_, name, 0, &opened), 0);
    return opened;
  }

  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

// Where a file holds copies of an entry's record, whatever tables it has: records of less than a page lie in
// one piece everywhere, with their check digest at byte 24.
std::vector<std::size_t> places_of(const store_fixture::Entry& entry, std::string_view file) {
  const auto check = entry.key.check.bytes();
  std::vector<std::size_t> places;
  for (std::size_t at = file.find("acr\n"); at != std::string::npos; at = file.find("acr\n", at + 1))
    if (file.substr(std::min(at + 24, file.size()), check.size()) ==
        std::string_view(check.data(), check.size()))
      places.push_back(at);
  return places;
}

class FormatFixtures : public testing::TestWithParam<Fixture> {
 protected:
  FormatFixtures() {
    const std::string bytes = unpacked(read_file(kStores / GetParam().folder / "data.mdb.zst"));
    std::ofstream(data_file_, std::ios::binary) << bytes;
    EXPECT_EQ(::chmod(data_file_.c_str(), 0600), 0);
  }
  Result<std::unique_ptr<LmdbStore>> try_open(LmdbAccess access = LmdbAccess::serve) {
    return LmdbStore::open({.directory = directory_.path(), .access = access}, clock_);
  }
  std::unique_ptr<LmdbStore> open(LmdbAccess access = LmdbAccess::serve) {
    auto store = try_open(access);
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  static bool answers_stay() { return GetParam().answers == Answers::found; }

  void expect_answers(LmdbStore& store) {
    for (const auto& [key, response] : store_fixture::entries()) {
      const auto found = store.responses().find(key);
      ASSERT_TRUE(found) << key.primary.hex();
      ASSERT_EQ(found->has_value(), answers_stay()) << key.primary.hex();
      if (*found) {
        EXPECT_TRUE(same(**found, response)) << key.primary.hex();
      }
    }
  }
  static void expect_state(LmdbStore& store) {
    using namespace store_fixture;
    EXPECT_EQ(store.states().get(kKept, kKeptKey).value(), kKeptValue);
    std::uint64_t rows = 0;
    ASSERT_TRUE(store.states().for_each(kLearned, [&](std::string_view key, std::string_view value) {
      EXPECT_EQ(key, learned_key(rows));
      EXPECT_EQ(value, learned_value(rows));
      return ++rows > 0;
    }));
    EXPECT_EQ(rows, kLearnedRows);
  }

  // Writes a byte into the record of an entry, as a program that means something else by it would.
  void change_record(std::size_t number, std::size_t at) {
    const store_fixture::Entry entry = store_fixture::entries()[number];
    std::size_t bytes = 0;
    ASSERT_TRUE(open()->maintenance().for_each([&](const EntryInfo& info) {
      if (info.key == entry.key.primary) bytes = info.stored_bytes - sizeof(Digest128);
      return bytes == 0;
    }));
    std::string file = read_file(data_file_);
    const std::vector<std::size_t> places = places_of(entry, file);
    ASSERT_FALSE(places.empty());
    for (const std::size_t place : places) {
      std::string record = file.substr(place, bytes);
      record[at] = '\x7f';
      file.replace(place, bytes, lmdb::resealed(entry.key.primary, record));
    }
    std::ofstream(data_file_, std::ios::binary | std::ios::trunc) << file;
  }

  FakeClock clock_;
  TemporaryDirectory directory_;
  const std::filesystem::path data_file_ = directory_.path() / "data.mdb";
};

TEST_P(FormatFixtures, IsOfTheFormatItsTableSays) {
  EXPECT_EQ(RawStore(directory_.path()).format(), GetParam().store_format);
  const std::string file = read_file(data_file_);
  const std::vector<std::size_t> places = places_of(store_fixture::entries()[2], file);  // one that is packed
  ASSERT_FALSE(places.empty());
  EXPECT_EQ(lmdb::read_little_endian<std::uint16_t>(file, places[0] + 4), GetParam().record_version);
  EXPECT_EQ(lmdb::read_little_endian<std::uint32_t>(file, places[0] + 16), GetParam().dictionary_id);
}

TEST_P(FormatFixtures, EveryAnswerIsFoundOrGoneAndTheStateIsKept) {
  auto store = open();
  ASSERT_TRUE(store);
  expect_answers(*store);
  expect_state(*store);
  store.reset();
  EXPECT_EQ(RawStore(directory_.path()).format(), lmdb::kStoreFormat);
  store = open();
  ASSERT_TRUE(store);
  expect_answers(*store);
  expect_state(*store);
}

TEST_P(FormatFixtures, CountsAreTrue) {
  const auto store = open();
  ASSERT_TRUE(store);
  const std::vector<store_fixture::Entry> entries = store_fixture::entries();
  std::uint64_t bytes = 0;
  std::uint64_t seen = 0;
  ASSERT_TRUE(store->maintenance().for_each([&](const EntryInfo& info) {
    const auto& entry = entries.at(info.key.high);
    EXPECT_EQ(info.key, entry.key.primary);
    EXPECT_EQ(info.hits, info.key.high == store_fixture::kEntryWithAHit ? 1u : 0u);
    EXPECT_EQ(info.message_bytes, entry.response.message_json.size());
    EXPECT_EQ(info.expires_at_ms, entry.response.expires_at_ms);
    bytes += info.stored_bytes;
    return ++seen > 0;
  }));
  EXPECT_EQ(seen, answers_stay() ? entries.size() : 0u);
  const auto stats = store->responses().stats();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->entries, seen);
  EXPECT_EQ(stats->record_bytes, bytes);
  EXPECT_EQ(stats->errors, 0u);
  const auto verified = store->maintenance().verify();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->checked, seen);
  EXPECT_TRUE(verified->damaged.empty());
  EXPECT_EQ(verified->foreign_version, 0u);
}

TEST_P(FormatFixtures, IsWrittenToAndExpiresLikeAnyOther) {
  const auto store = open();
  ASSERT_TRUE(store);
  clock_.advance(std::chrono::hours{23});
  ASSERT_TRUE(store->responses().begin_write(key_number(77))->commit(answer(clock_, "new")));
  ASSERT_TRUE(store->responses().flush());
  EXPECT_EQ(store->responses().stats()->entries, answers_stay() ? store_fixture::entries().size() + 1 : 1u);
  clock_.advance(std::chrono::hours{2});
  ASSERT_TRUE(store->responses().begin_write(key_number(78))->commit(answer(clock_, "newer")));
  ASSERT_TRUE(store->responses().flush());
  EXPECT_EQ(store->responses().stats()->entries, 2u);
  EXPECT_TRUE(same(store->responses().find(key_number(78))->value(), answer(clock_, "newer")));
}

TEST_P(FormatFixtures, MaintenanceSeesTheSame) {
  { ASSERT_TRUE(open()); }  // whatever there is to migrate, a broker has
  const auto store = open(LmdbAccess::maintain);
  ASSERT_TRUE(store);
  for (const auto& [key, response] : store_fixture::entries()) {
    const auto found = store->maintenance().inspect(key.primary);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->has_value(), answers_stay());
  }
  EXPECT_EQ(store->maintenance().purge_all(PurgeMode::remove)->entries,
            answers_stay() ? store_fixture::entries().size() : 0u);
  EXPECT_EQ(store->states().get(store_fixture::kKept, store_fixture::kKeptKey).value(),
            store_fixture::kKeptValue);
}

TEST_P(FormatFixtures, IsRefusedAndLeftAloneOnceANewerProgramHasTakenItOver) {
  RawStore(directory_.path()).set_format(lmdb::kStoreFormat + 1);
  const std::string before = read_file(data_file_);
  for (const LmdbAccess access : {LmdbAccess::serve, LmdbAccess::maintain}) {
    const auto refused = try_open(access);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr("format " + std::to_string(lmdb::kStoreFormat + 1)));
    EXPECT_THAT(refused.error().message, HasSubstr("newer version"));
    EXPECT_THAT(refused.error().message, HasSubstr(directory_.path().string()));
  }
  EXPECT_EQ(read_file(data_file_), before);
}

// A later program may write records of another version or dictionary without changing the store's format.
TEST_P(FormatFixtures, RecordsOfALaterProgramAreMissesUntilTheyAreReplacedOrExpire) {
  if (!answers_stay()) GTEST_SKIP() << "This store holds no answers any more.";
  const std::vector<store_fixture::Entry> entries = store_fixture::entries();
  change_record(1, 4);   // the record's version
  change_record(2, 16);  // its dictionary
  const auto store = open();
  ASSERT_TRUE(store);
  for (const std::size_t number : {1u, 2u}) {
    const auto found = store->responses().find(entries[number].key);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->has_value());
  }
  EXPECT_TRUE(store->responses().find(entries[3].key)->has_value());
  EXPECT_EQ(store->maintenance().verify()->foreign_version, 2u);
  EXPECT_TRUE(store->maintenance().verify()->damaged.empty());
  ASSERT_TRUE(store->responses().begin_write(entries[1].key)->commit(entries[1].response));
  EXPECT_TRUE(store->responses().find(entries[1].key)->has_value());
  clock_.advance(std::chrono::hours{25});
  ASSERT_TRUE(store->responses().begin_write(key_number(78))->commit(answer(clock_, "newer")));
  ASSERT_TRUE(store->responses().flush());
  EXPECT_EQ(store->responses().stats()->entries, 1u);
  EXPECT_EQ(store->responses().stats()->errors, 0u);
  EXPECT_EQ(store->maintenance().verify()->foreign_version, 0u);
}

INSTANTIATE_TEST_SUITE_P(Stores, FormatFixtures, testing::ValuesIn(kFixtures),
                         [](const auto& info) { return info.param.folder; });

TEST(FormatFixtureTable, HoldsEveryFolderAndThePresentFormat) {
  std::set<std::string> listed;
  bool present = false;
  for (const Fixture& fixture : kFixtures) {
    listed.insert(fixture.folder);
    present = present ||
              (fixture.store_format == lmdb::kStoreFormat && fixture.record_version == lmdb::kRecordVersion &&
               fixture.dictionary_id == lmdb::kAnswerDictionaryId);
  }
  std::set<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kStores))
    if (entry.is_directory()) folders.insert(entry.path().filename().string());
  EXPECT_EQ(listed, folders);
  EXPECT_TRUE(present) << "The format has changed: make a store of it, as tests/data/stores/README.md says.";
}

}  // namespace
}  // namespace anyclaude
