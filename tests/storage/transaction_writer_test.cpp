// Who waits for what on the one thread that writes.
#include "storage/lmdb/transaction_writer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "storage/lmdb/lmdb_environment.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude::lmdb {
namespace {

// Says that so many rounds of making room are needed, and counts them.
class CountedEviction final : public Eviction {
 public:
  enum class Reason { too_much_stands, room_for_what_comes };
  CountedEviction(int rounds, Reason reason) : left_(rounds), reason_(reason) {}

  bool due(Extent) override { return false; }
  void prepare(Extent) override {}
  int apply(Transaction&, std::size_t) override {
    if (left_ > 0) --left_;
    return 0;
  }
  void settle() override {}
  bool unfinished() const override { return left_ > 0; }
  bool short_of(std::size_t) override { return left_ > 0; }
  bool catching_up() const override { return reason_ == Reason::too_much_stands; }

  int left() const { return left_; }

 private:
  std::atomic<int> left_;
  const Reason reason_;
};

class TransactionWriterTest : public testing::Test {
 protected:
  static constexpr int kRounds = 100;

  // How many rounds were left when a job was written.
  int left_when_written(CountedEviction::Reason reason) {
    const auto eviction = std::make_shared<CountedEviction>(kRounds, reason);
    TransactionWriter writer(LmdbEnvironment::open({.directory = directory_.path()}).value(), eviction);
    int left = -1;
    EXPECT_TRUE(writer.run([&](Transaction&) {
      left = eviction->left();
      return 0;
    }));
    return left;
  }

  TemporaryDirectory directory_;
};

TEST_F(TransactionWriterTest, RoomIsMadeBeforeWhatNeedsIt) {
  EXPECT_EQ(left_when_written(CountedEviction::Reason::room_for_what_comes), 0);
}

// A store that was given a smaller bound may have gigabytes to give up; a caller waits seconds at most.
TEST_F(TransactionWriterTest, NobodyWaitsUntilAStoreIsDownToALowerBound) {
  EXPECT_GE(left_when_written(CountedEviction::Reason::too_much_stands), kRounds - 2);
}

}  // namespace
}  // namespace anyclaude::lmdb
