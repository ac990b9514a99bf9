#include "cache/entry_projects.h"

#include <gtest/gtest.h>

#include "fakes/fake_clock.h"
#include "storage/memory/memory_store.h"

namespace anyclaude {
namespace {

class EntryProjectsTest : public ::testing::Test {
 protected:
  StateStore& states() { return store_->states(); }

  FakeClock clock_;
  std::unique_ptr<MemoryStore> store_ = MemoryStore::create(clock_);
  HashSecret secret_ = HashSecret::random();
  EntryProjects projects_{states(), secret_};
  const Digest128 one_{1, 1};
  const Digest128 two_{2, 2};
};

TEST_F(EntryProjectsTest, FindsWhatWasNotedAndWritten) {
  projects_.note(one_, "/srv/ada/engine");
  projects_.note(two_, "/srv/ada/other");
  projects_.note({3, 3}, "");
  EXPECT_TRUE(projects_.entries_of("/srv/ada/engine")->empty());
  ASSERT_TRUE(projects_.flush());
  EXPECT_EQ(*projects_.entries_of("/srv/ada/engine"), std::set{one_});
  EXPECT_EQ(*projects_.entries_of("/srv/ada/engine/"), std::set{one_});
  EXPECT_TRUE(projects_.entries_of("")->empty());
  EXPECT_EQ(*EntryProjects(states(), secret_).entries_of("/srv/ada/other"), std::set{two_});
}

TEST_F(EntryProjectsTest, NeedsTheStoresSecretAndKeepsNoPath) {
  projects_.note(one_, "/srv/ada/engine");
  ASSERT_TRUE(projects_.flush());
  EXPECT_TRUE(EntryProjects(states(), HashSecret::random()).entries_of("/srv/ada/engine")->empty());
  int entries = 0;
  ASSERT_TRUE(states().for_each(kEntryProjectsTable, [&](std::string_view key, std::string_view value) {
    // Digests and nothing else. A word of the path would not do: "ada" may well be among random hexadecimal
    // digits.
    EXPECT_EQ(key, one_.hex());
    EXPECT_TRUE(Digest128::from_hex(value)) << value;
    ++entries;
    return true;
  }));
  EXPECT_EQ(entries, 1);
}

TEST_F(EntryProjectsTest, WhatIsForgottenIsNotWritten) {
  projects_.note(one_, "/srv/ada/engine");
  projects_.forget();
  ASSERT_TRUE(projects_.flush());
  EXPECT_TRUE(projects_.entries_of("/srv/ada/engine")->empty());
}

}  // namespace
}  // namespace anyclaude
