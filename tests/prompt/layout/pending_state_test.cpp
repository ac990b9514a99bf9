// What waits for the store is found as if it were there, also while the store takes long.
#include "prompt/layout/pending_state.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "fakes/fake_clock.h"
#include "prompt/layout/learned_book.h"
#include "storage/memory/memory_store.h"
#include "storage/row_projects.h"

namespace anyclaude {
namespace {

using Rows = std::map<std::string, std::string>;

constexpr StateTable kTable{"things"};

// Lets nothing be written before it is told to.
class SlowStates final : public StateStore {
 public:
  explicit SlowStates(StateStore& states) : states_(states) {}

  Result<std::optional<std::string>> get(const StateTable& table, std::string_view key) override {
    return states_.get(table, key);
  }
  Status put(const StateTable& table, std::string_view key, std::string_view value) override {
    return states_.put(table, key, value);
  }
  Result<std::string> put_if_absent(const StateTable& table, std::string_view key,
                                    std::string_view value) override {
    return states_.put_if_absent(table, key, value);
  }
  Result<bool> erase(const StateTable& table, std::string_view key) override {
    return states_.erase(table, key);
  }
  Status for_each(const StateTable& table,
                  const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    return states_.for_each(table, visit);
  }
  Status clear(const StateTable& table) override { return states_.clear(table); }
  Result<std::uint64_t> clear_learned() override { return states_.clear_learned(); }
  Status write_all(std::vector<StateWrite> writes) override {
    begun.set_value();
    may_go_on.get_future().wait();
    return states_.write_all(std::move(writes));
  }

  std::promise<void> begun;
  std::promise<void> may_go_on;

 private:
  StateStore& states_;
};

class PendingStateTest : public ::testing::Test {
 protected:
  StateStore& states() { return store_->states(); }
  Rows stored(const StateTable& table) {
    Rows rows;
    EXPECT_TRUE(states().for_each(table, [&rows](std::string_view key, std::string_view value) {
      return rows.emplace(key, value).second;
    }));
    return rows;
  }

  FakeClock clock_;
  std::unique_ptr<MemoryStore> store_ = MemoryStore::create(clock_);
};

TEST_F(PendingStateTest, WhatWaitsIsFoundBeforeItIsWritten) {
  ASSERT_TRUE(states().put(kTable, "old", "1"));
  ASSERT_TRUE(states().put(kTable, "gone", "1"));
  PendingState state(states());
  state.put(kTable, "new", "2");
  state.erase(kTable, "gone");
  EXPECT_EQ(state.get(kTable, "new"), "2");
  EXPECT_EQ(state.get(kTable, "old"), "1");
  EXPECT_EQ(state.get(kTable, "gone"), std::nullopt);
  EXPECT_EQ(state.rows(kTable), (Rows{{"new", "2"}, {"old", "1"}}));
  EXPECT_EQ(stored(kTable), (Rows{{"gone", "1"}, {"old", "1"}}));
  EXPECT_TRUE(state.flush());
  EXPECT_EQ(stored(kTable), (Rows{{"new", "2"}, {"old", "1"}}));
}

TEST_F(PendingStateTest, WhatIsBeingWrittenIsFoundAndMayBeChanged) {
  SlowStates slow(states());
  PendingState state(slow);
  state.put(kTable, "a", "first");
  state.put(kTable, "b", "first");
  std::thread flusher([&state] { EXPECT_TRUE(state.flush()); });
  slow.begun.get_future().wait();
  state.put(kTable, "b", "second");
  EXPECT_EQ(state.get(kTable, "a"), "first");
  EXPECT_EQ(state.get(kTable, "b"), "second");
  EXPECT_EQ(state.rows(kTable), (Rows{{"a", "first"}, {"b", "second"}}));
  slow.may_go_on.set_value();
  flusher.join();
  EXPECT_EQ(stored(kTable), (Rows{{"a", "first"}, {"b", "first"}}));
  EXPECT_EQ(state.get(kTable, "b"), "second");
}

TEST_F(PendingStateTest, ALearnedLineCountsWhileTheStoreTakesLong) {
  SlowStates slow(states());
  PendingState state(slow);
  LearnedBook book(state);
  const HashSecret secret = HashSecret::random();
  const auto line = [](LineMark above) {
    LearnedLine learned;
    learned.spot.above = above;
    learned.spot.below = above + 1;
    learned.project = "0123456789abcdef0123456789abcdef";
    return learned;
  };
  book.add(line(1), secret);
  std::thread flusher([&state] { EXPECT_TRUE(state.flush()); });
  slow.begun.get_future().wait();
  book.add(line(5), secret);
  book.refresh();
  EXPECT_EQ(book.view(book.next()).lines.size(), 2u);
  slow.may_go_on.set_value();
  flusher.join();
  EXPECT_EQ(stored(kLearnedLinesTable).size(), 1u);
  EXPECT_EQ(stored(kRowProjectsTable).size(), 1u);
  book.refresh();
  EXPECT_EQ(book.view(book.next()).lines.size(), 2u);
}

}  // namespace
}  // namespace anyclaude
