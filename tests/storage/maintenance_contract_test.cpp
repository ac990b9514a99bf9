// What every engine promises those who look after the store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/storage/response_contract.h"

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

class MaintenanceContract : public ResponseContract {};

TEST_P(MaintenanceContract, AnImportedAnswerIsAdoptedOnceByTheRequestItAnswers) {
  const StoredResponse foreign = answer(clock_, "from elsewhere");
  EXPECT_FALSE(responses().has_imports());
  EXPECT_EQ(maintenance().import_record(foreign, kImportPartition).value(), ImportOutcome::added);
  EXPECT_EQ(maintenance().import_record(foreign, kImportPartition).value(), ImportOutcome::already_there);
  EXPECT_TRUE(responses().has_imports());
  ASSERT_TRUE(responses().flush());
  EXPECT_TRUE(responses().has_imports());
  EXPECT_EQ(stats().imports, 1u);
  EXPECT_TRUE(listed().at(0).imported);

  EXPECT_FALSE(find(1));
  const auto adopted = responses().adopt(foreign.canonical_sha256, kImportPartition, key_number(1));
  ASSERT_TRUE(adopted && *adopted);
  EXPECT_TRUE(same(**adopted, foreign));
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(same(find(1).value(), foreign));
    ASSERT_TRUE(responses().flush());
  }
  EXPECT_FALSE(responses().has_imports());
  EXPECT_FALSE(responses().adopt(foreign.canonical_sha256, kImportPartition, key_number(2)).value());
  ASSERT_EQ(listed().size(), 1u);
  EXPECT_EQ(listed()[0].key, key_number(1).primary);
  EXPECT_FALSE(listed()[0].imported);
  EXPECT_EQ(stats().hits, 3u);
}

TEST_P(MaintenanceContract, AnImportIsForItsDigestAndItsPartitionAlone) {
  const StoredResponse foreign = answer(clock_, "from elsewhere");
  ASSERT_TRUE(maintenance().import_record(foreign, "team"));
  EXPECT_FALSE(responses().adopt(foreign.canonical_sha256, kImportPartition, key_number(1)).value());
  EXPECT_FALSE(responses().adopt(sha256_hex("another"), "team", key_number(1)).value());
  EXPECT_TRUE(responses().adopt(foreign.canonical_sha256, "team", key_number(1)).value());
}

TEST_P(MaintenanceContract, AnImportKeepsItsTimeAndExpires) {
  StoredResponse foreign = answer(clock_, "old", 1'000ms);
  ASSERT_TRUE(maintenance().import_record(foreign, kImportPartition));
  clock_.advance(1'000ms);
  EXPECT_FALSE(responses().adopt(foreign.canonical_sha256, kImportPartition, key_number(1)).value());
  ASSERT_TRUE(responses().flush());
  EXPECT_FALSE(responses().has_imports());
  EXPECT_EQ(maintenance().import_record(foreign, kImportPartition).value(), ImportOutcome::expired);
}

TEST_P(MaintenanceContract, AnImportThatNobodyCouldFindIsRefused) {
  StoredResponse foreign = answer(clock_, "x");
  for (const std::string& digest : {std::string(), std::string(63, 'a'), std::string(64, 'A')}) {
    foreign.canonical_sha256 = digest;
    const auto outcome = maintenance().import_record(foreign, kImportPartition);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::invalid_request);
  }
  foreign = answer(clock_, "x");
  foreign.created_at_ms = foreign.expires_at_ms + 1;
  EXPECT_FALSE(maintenance().import_record(foreign, kImportPartition));
}

TEST_P(MaintenanceContract, ListsFromBehindAKey) {
  for (std::uint64_t number = 0; number < 5; ++number) put(number, answer(clock_, "x"));
  std::vector<Digest128> keys;
  ASSERT_TRUE(maintenance().for_each_after(key_number(2).primary, [&](const EntryInfo& info) {
    keys.push_back(info.key);
    return true;
  }));
  EXPECT_THAT(keys, testing::ElementsAre(key_number(3).primary, key_number(4).primary));
}

TEST_P(MaintenanceContract, ExportsWholeAnswers) {
  for (std::uint64_t number = 0; number < 300; ++number)
    put(number, answer(clock_, noise(number, number * 100)));
  std::uint64_t seen = 0;
  ASSERT_TRUE(
      maintenance().for_each_record(std::nullopt, [&](const Digest128& key, const StoredResponse& response) {
        EXPECT_EQ(key, key_number(seen).primary);
        EXPECT_NE(response.message_json.find(noise(seen, seen * 100)), std::string::npos);
        return ++seen < 250;
      }));
  EXPECT_EQ(seen, 250u);
}

TEST_P(MaintenanceContract, LongWorkReportsHowFarItIsAndCanBeStopped) {
  for (std::uint64_t number = 0; number < 900; ++number) put(number, answer(clock_, "x"));
  Progress last;
  const ProgressReport note = [&](const Progress& progress) {
    EXPECT_GE(progress.done, last.done);
    EXPECT_LE(progress.done, progress.total);
    last = progress;
    return true;
  };
  EXPECT_EQ(maintenance().verify(note)->checked, 900u);
  EXPECT_EQ(last.done, 900u);
  last = {};
  const auto all = [](const EntryInfo&) { return true; };
  EXPECT_EQ(maintenance().purge(all, PurgeMode::remove, note)->entries, 900u);
  EXPECT_EQ(last.done, 900u);
}

TEST_P(MaintenanceContract, HealthSaysWhatStands) {
  put(1, answer(clock_, noise(1, 5'000)));
  ASSERT_TRUE(responses().flush());
  const auto health = maintenance().health();
  ASSERT_TRUE(health);
  EXPECT_EQ(health->entries, 1u);
  EXPECT_EQ(health->record_bytes, stats().record_bytes);
  EXPECT_GE(health->used_bytes, health->record_bytes);
  EXPECT_EQ(health->bytes_max, 1ull << 30);
  EXPECT_EQ(health->other_process, 0);
  EXPECT_THAT(health->problems, testing::IsEmpty());
}

TEST_P(MaintenanceContract, CompactingChangesNothingThatIsFound) {
  for (std::uint64_t number = 0; number < 50; ++number)
    put(number, answer(clock_, noise(number, number * 300)));
  ASSERT_TRUE(find(7));
  const auto compacted = maintenance().compact();
  ASSERT_TRUE(compacted) << compacted.error().message;
  EXPECT_EQ(compacted->entries, 50u);
  for (std::uint64_t number = 0; number < 50; ++number)
    EXPECT_TRUE(same(find(number).value(), answer(clock_, noise(number, number * 300)))) << number;
  put(60, answer(clock_, "after"));
  ASSERT_TRUE(responses().flush());
  EXPECT_TRUE(find(60));
  EXPECT_EQ(stats().entries, 51u);
}

INSTANTIATE_TEST_SUITE_P(Engines, MaintenanceContract, testing::Values(Engine::memory, Engine::lmdb),
                         engine_name);

}  // namespace
}  // namespace anyclaude
