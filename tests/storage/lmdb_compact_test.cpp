// What was purged is nowhere in the files after a compaction, and a compaction harms nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "storage/lmdb/lmdb_store.h"
#include "storage/store_secrets.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/child_process.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using testing::HasSubstr;

class LmdbCompact : public testing::Test {
 protected:
  std::unique_ptr<LmdbStore> open(LmdbAccess access = LmdbAccess::serve) {
    auto store = LmdbStore::open({.directory = directory_.path(), .access = access}, clock_);
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  Status put(LmdbStore& store, std::uint64_t number, std::string text) {
    return store.responses().begin_write(key_number(number))->commit(answer(clock_, std::move(text)));
  }
  // Bytes that no compression makes smaller, so they stand in the file as they are.
  static StoredResponse marked(const Clock& clock, std::uint64_t seed) {
    StoredResponse response = answer(clock, "");
    response.message_json.clear();
    std::mt19937_64 random(seed);
    for (int i = 0; i < 6'000; ++i) response.message_json.push_back(static_cast<char>(random()));
    return response;
  }
  static std::string marker(const Clock& clock, std::uint64_t seed) {
    return marked(clock, seed).message_json.substr(100, 32);
  }
  // The files of the directory that hold `text`.
  std::vector<std::string> holders(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find(text) != std::string::npos) names.push_back(entry.path().filename().string());
    }
    return names;
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  FakeClock clock_;
  TemporaryDirectory directory_;
};

TEST_F(LmdbCompact, NothingPurgedCanBeRecovered) {
  auto store = open();
  const StateTable learned{.name = "layouts"};
  const std::string state_marker = noise(99, 40);
  const std::string small_marker = noise(98, 40);
  ASSERT_TRUE(store->responses().begin_write(key_number(1))->commit(marked(clock_, 1)));
  ASSERT_TRUE(put(*store, 2, small_marker));
  ASSERT_TRUE(store->states().put(learned, "a", state_marker));
  const auto secrets = load_or_create_secrets(store->states()).value();
  for (std::uint64_t number = 10; number < 60; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, number * 50)));
  ASSERT_TRUE(store->responses().flush());
  EXPECT_THAT(holders(marker(clock_, 1)), testing::ElementsAre("data.mdb"));
  EXPECT_THAT(holders(state_marker), testing::ElementsAre("data.mdb"));

  ASSERT_TRUE(store->maintenance().purge_all(PurgeMode::remove));
  ASSERT_TRUE(store->states().clear_learned());
  EXPECT_THAT(holders(marker(clock_, 1)), testing::ElementsAre("data.mdb"));  // or there is nothing to show

  const auto compacted = store->maintenance().compact();
  ASSERT_TRUE(compacted) << compacted.error().message;
  EXPECT_LT(compacted->bytes_after, compacted->bytes_before);
  EXPECT_EQ(compacted->entries, 0u);
  EXPECT_EQ(compacted->generation, 1u);
  for (const std::string& text : {marker(clock_, 1), state_marker, small_marker})
    EXPECT_THAT(holders(text), testing::IsEmpty());
  EXPECT_THAT(files(), testing::UnorderedElementsAre("data.mdb", "lock.mdb", "presence.lock"));
  EXPECT_EQ(load_or_create_secrets(store->states()).value().primary.bytes, secrets.primary.bytes);
  EXPECT_EQ(store->responses().stats()->generation, 1u);
  EXPECT_EQ(store->responses().stats()->compactions, 1u);
}

// Not only what was purged at once: one answer among many leaves its bytes in pages that live on.
TEST_F(LmdbCompact, OnePurgedAnswerAmongManyIsGoneAndTheOthersStay) {
  auto store = open();
  const std::string secret = noise(77, 200);
  for (std::uint64_t number = 0; number < 400; ++number)
    ASSERT_TRUE(put(*store, number, number == 200 ? secret : noise(number, 200)));
  ASSERT_TRUE(store->responses().flush());
  const std::string shown = secret.substr(50, 24);
  const bool in_the_clear = !holders(shown).empty();
  ASSERT_TRUE(store->responses().remove(key_number(200).primary).value());
  ASSERT_TRUE(store->maintenance().compact());
  EXPECT_THAT(holders(shown), testing::IsEmpty()) << in_the_clear;
  for (std::uint64_t number = 0; number < 400; ++number)
    EXPECT_EQ(store->responses().find(key_number(number)).value().has_value(), number != 200);
  store.reset();
  EXPECT_EQ(open()->maintenance().verify()->checked, 399u);
}

TEST_F(LmdbCompact, LookupsAndWritesGoOnBesideIt) {
  const auto store = open();
  for (std::uint64_t number = 0; number < 200; ++number)
    ASSERT_TRUE(put(*store, number, noise(number, 4'000)));
  ASSERT_TRUE(store->responses().flush());
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0};
  std::string why;  // the reader's first failure
  std::thread reader([&] {
    for (std::uint64_t number = 0; !done; number = (number + 1) % 200) {
      const auto found = store->responses().find(key_number(number));
      if (found && *found) continue;
      if (wrong++ == 0) why = found ? "an answer was not found" : found.error().message;
    }
  });
  std::thread writer([&] {
    for (std::uint64_t number = 1'000; number < 1'400; ++number)
      if (!put(*store, number, "new") || !store->responses().find(key_number(number)).value()) ++wrong;
  });
  for (int round = 0; round < 5; ++round) {
    const auto compacted = store->maintenance().compact();
    EXPECT_TRUE(compacted) << compacted.error().message;
  }
  done = true;
  reader.join();
  writer.join();
  EXPECT_EQ(wrong, 0u) << why;
  EXPECT_EQ(store->responses().stats()->generation, 5u);
  EXPECT_EQ(store->responses().stats()->errors, 0u);
  EXPECT_THAT(store->maintenance().verify()->damaged, testing::IsEmpty());
}

TEST_F(LmdbCompact, CalledOffLeavesEverythingAsItWas) {
  const auto store = open();
  ASSERT_TRUE(put(*store, 1, "hello"));
  const auto stopped = store->maintenance().compact([](const Progress&) { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(store->responses().find(key_number(1)).value());
  EXPECT_THAT(files(), testing::UnorderedElementsAre("data.mdb", "lock.mdb", "presence.lock"));
  EXPECT_TRUE(store->maintenance().compact());
}

// The other process would go on writing into a file without a name.
TEST_F(LmdbCompact, NotWhileAnotherProcessHasTheStoreOpen) {
  open().reset();
  ChildProcess child([this](ChildProcess& self) {
    auto store = open();
    (void)store->responses().begin_write(key_number(1))->commit(marked(clock_, 1));
    (void)store->responses().flush();
    self.say("open");
    self.hear();
    // It hears that it is not alone either.
    const auto refused = store->maintenance().compact();
    self.say(refused ? "compacted" : refused.error().message);
    self.hear();
    store.reset();
    self.say("closed");
    self.hear();
    return 0;
  });
  ASSERT_EQ(child.hear(), "open");
  const auto store = open(LmdbAccess::maintain);
  const auto refused = store->maintenance().compact();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(refused.error().retry, Retry::later);
  EXPECT_THAT(refused.error().message, HasSubstr("open in process"));
  child.say("try");
  EXPECT_THAT(child.hear(), HasSubstr("open in process " + std::to_string(::getpid())));
  EXPECT_GT(store->maintenance().health()->other_process, 0);
  child.say("close");
  ASSERT_EQ(child.hear(), "closed");
  EXPECT_FALSE(holders(marker(clock_, 1)).empty());
  ASSERT_TRUE(store->maintenance().purge_all(PurgeMode::remove));
  ASSERT_TRUE(store->maintenance().compact());
  EXPECT_THAT(holders(marker(clock_, 1)), testing::IsEmpty());
  child.say("end");
  EXPECT_EQ(child.wait(), 0);
}

// A process that died while it compacted leaves its copy behind.
TEST_F(LmdbCompact, AnUnfinishedCopyIsRemovedAtTheNextOpening) {
  open().reset();
  const auto copy = directory_.path() / "compacting.mdb";
  std::ofstream(copy) << "half a copy";
  std::filesystem::permissions(copy,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto store = open();
  EXPECT_FALSE(std::filesystem::exists(copy));
}

}  // namespace
}  // namespace anyclaude
