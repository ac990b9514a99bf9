#include "scheduler/cost_ledger.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes/fake_clock.h"
#include "storage/memory/memory_store.h"

namespace anyclaude {
namespace {

class CostLedgerTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  std::unique_ptr<MemoryStore> store_ = MemoryStore::create(clock_);
};

TEST_F(CostLedgerTest, CountsByPriceAndKeepsMeasuredAndEstimatedApart) {
  CostLedger costs(store_->states(), clock_, {{"paid", 3, 15, 0.3, 1.0}});
  EXPECT_TRUE(costs.add("paid", {100'000, 1'000'000, 10'000, Certainty::measured}));
  EXPECT_TRUE(costs.add("paid", {10'000, 0, 0, Certainty::estimated}));
  EXPECT_FALSE(costs.add("free", {1'000'000, 0, 0, Certainty::measured}));
  const auto said = costs.snapshot();
  EXPECT_NEAR(said["paid"]["today_usd"]["measured"].get<double>(), 0.3 + 0.3 + 0.15, 1e-9);
  EXPECT_NEAR(said["paid"]["today_usd"]["estimated"].get<double>(), 0.03, 1e-9);
  EXPECT_FALSE(said.contains("free"));
}

TEST_F(CostLedgerTest, APromptThatWouldPassTheCapIsRefusedInASentenceThatNamesIt) {
  CostLedger costs(store_->states(), clock_, {{"paid", 3, 15, 0.3, 1.0}, {"uncapped", 1, 1, 1}});
  EXPECT_TRUE(costs.check_room("paid", 300'000));
  (void)costs.add("paid", {200'000, 0, 0, Certainty::measured});
  EXPECT_TRUE(costs.check_room("paid", 100'000));
  const Status refused = costs.check_room("paid", 200'000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::permission);
  EXPECT_NE(refused.error().message.find("cost_cap_usd_per_day"), std::string::npos);
  EXPECT_NE(refused.error().message.find("$0.60"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(costs.check_room("uncapped", 1'000'000'000));
  EXPECT_TRUE(costs.check_room("free", 1'000'000'000));
}

TEST_F(CostLedgerTest, ARestartGoesOnWithTheDayAndANewDayBeginsAtNothing) {
  const std::vector<CostAccount> accounts{{"paid", 3, 15, 0.3, 1.0}};
  {
    CostLedger costs(store_->states(), clock_, accounts);
    (void)costs.add("paid", {330'000, 0, 0, Certainty::measured});
    ASSERT_TRUE(costs.flush());
  }
  CostLedger costs(store_->states(), clock_, accounts);
  EXPECT_FALSE(costs.check_room("paid", 10'000));
  clock_.advance(std::chrono::hours(24));
  EXPECT_TRUE(costs.check_room("paid", 10'000));
  EXPECT_EQ(costs.snapshot()["paid"]["today_usd"]["measured"], 0.0);
  EXPECT_NEAR(costs.snapshot()["paid"]["usd"]["measured"].get<double>(), 0.99, 1e-9);
}

TEST_F(CostLedgerTest, AReservationTakesRoomUntilItIsSettledOrReleased) {
  CostLedger costs(store_->states(), clock_, {{"paid", 3, 15, 0.3, 1.0}});
  auto first = costs.reserve("paid", {300'000, 1'000});
  ASSERT_TRUE(first);
  EXPECT_FALSE(costs.reserve("paid", {100'000, 0})) << "0.90 and 0.015 are kept";
  first->release();
  auto second = costs.reserve("paid", {300'000, 1'000'000});
  ASSERT_TRUE(second);
  EXPECT_NEAR(costs.snapshot()["paid"]["reserved_usd"].get<double>(),
              0.9 + 15e-6 * static_cast<double>(kReservedAnswerTokensMax), 1e-9);
  second->settle({10'000, 0, 0, Certainty::measured});
  EXPECT_EQ(costs.snapshot()["paid"]["reserved_usd"], 0.0);
  EXPECT_NEAR(costs.snapshot()["paid"]["today_usd"]["measured"].get<double>(), 0.03, 1e-9);
  EXPECT_FALSE(costs.reserve("free", {1, 1})->is_open());
}

// Two brokers on one store.
TEST_F(CostLedgerTest, CostsOfAnotherLedgerAddUpAndCount) {
  const std::vector<CostAccount> accounts{{"paid", 3, 15, 0.3, 1.0}};
  CostLedger one(store_->states(), clock_, accounts);
  CostLedger other(store_->states(), clock_, accounts);
  for (int i = 0; i < 3; ++i) {
    for (CostLedger* ledger : {&one, &other}) {
      (void)ledger->add("paid", {50'000, 0, 0, Certainty::measured});
      ASSERT_TRUE(ledger->flush());
    }
  }
  EXPECT_FALSE(one.reserve("paid", {50'000, 0})) << "0.90 are spent";
  EXPECT_NEAR(one.snapshot()["paid"]["today_usd"]["measured"].get<double>(), 0.9, 1e-9);
  CostLedger later(store_->states(), clock_, accounts);
  EXPECT_NEAR(later.snapshot()["paid"]["usd"]["measured"].get<double>(), 0.9, 1e-9);
}

TEST_F(CostLedgerTest, EmptyingTheStoreGivesNobodyASecondDay) {
  const std::vector<CostAccount> accounts{{"paid", 3, 15, 0.3, 1.0}};
  CostLedger before(store_->states(), clock_, accounts);
  (void)before.add("paid", {330'000, 0, 0, Certainty::measured});
  ASSERT_TRUE(before.flush());
  ASSERT_TRUE(store_->states().clear_learned());
  EXPECT_FALSE(CostLedger(store_->states(), clock_, accounts).check_room("paid", 10'000));
}

}  // namespace
}  // namespace anyclaude
