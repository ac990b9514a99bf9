// Emptying the log in steps, which a full file may need.
#include "storage/lmdb/response_table.h"

#include <gtest/gtest.h>

#include <string>

#include "storage/lmdb/lmdb_environment.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude::lmdb {
namespace {

class ResponseTableTest : public testing::Test {
 protected:
  int write(const LmdbEnvironment::Work& work) {
    return environment_->write(work, [] { return true; });
  }
  TableTotals totals() {
    TableTotals out;
    EXPECT_EQ(write([&](Transaction& txn) { return table_.totals(txn, out); }), 0);
    return out;
  }

  TemporaryDirectory directory_;
  const std::unique_ptr<LmdbEnvironment> environment_ =
      LmdbEnvironment::open({.directory = directory_.path()}).value();
  const ResponseTable table_{environment_->tables()};
};

TEST_F(ResponseTableTest, TheFrontOfTheLogGoesFirstUntilNothingIsLeft) {
  constexpr std::uint64_t kEntries = 10;
  ASSERT_EQ(write([&](Transaction& txn) {
              for (std::uint64_t number = 0; number < kEntries; ++number)
                if (const int code = table_.put(txn, {number, 1}, std::string(3'000, 'x'), {}); code != 0)
                  return code;
              return 0;
            }),
            0);
  Removed removed;
  bool left = false;
  const auto remove_four = [&](Transaction& txn) { return table_.remove_first(txn, 4, removed, left); };
  ASSERT_EQ(write(remove_four), 0);
  EXPECT_TRUE(left);
  EXPECT_EQ(removed.entries, 4u);
  EXPECT_EQ(totals().entries, kEntries - 4);
  std::optional<std::string> record;
  ASSERT_EQ(write([&](Transaction& txn) { return table_.find(txn, {3, 1}, record); }), 0);
  EXPECT_FALSE(record);
  ASSERT_EQ(write([&](Transaction& txn) { return table_.find(txn, {4, 1}, record); }), 0);
  EXPECT_TRUE(record);
  ASSERT_EQ(write(remove_four), 0);
  ASSERT_EQ(write(remove_four), 0);
  EXPECT_FALSE(left);
  EXPECT_EQ(removed.entries, kEntries);
  EXPECT_EQ(removed.bytes, kEntries * (3'000 + 16));
  EXPECT_EQ(totals().entries, 0u);
  EXPECT_EQ(totals().record_bytes, 0u);
}

}  // namespace
}  // namespace anyclaude::lmdb
