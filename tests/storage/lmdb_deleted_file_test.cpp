// The file of a store that is open is deleted by somebody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "storage/lmdb/lmdb_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LmdbDeletedFile : public testing::Test {
 protected:
  std::unique_ptr<LmdbStore> open() {
    return std::move(LmdbStore::open({.directory = directory_.path()}, clock_).value());
  }
  void put(LmdbStore& store, std::uint64_t number) {
    ASSERT_TRUE(store.responses().begin_write(key_number(number))->commit(answer(clock_, "hello")));
    ASSERT_TRUE(store.responses().flush());
  }
  bool holds(LmdbStore& store, std::uint64_t number) {
    return store.responses().find(key_number(number)).value().has_value();
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
};

TEST_F(LmdbDeletedFile, IsNamedHurtsNoRequestAndIsMadeAnew) {
  auto store = open();
  put(*store, 1);
  EXPECT_THAT(store->maintenance().health()->problems, Not(Contains(HasSubstr("deleted"))));
  std::filesystem::remove(directory_.path() / "data.mdb");
  EXPECT_TRUE(holds(*store, 1));
  put(*store, 2);
  EXPECT_TRUE(holds(*store, 2));
  EXPECT_FALSE(holds(*store, 3));
  const auto health = store->maintenance().health();
  ASSERT_TRUE(health) << health.error().message;
  EXPECT_THAT(health->problems, ElementsAre(HasSubstr("was deleted or replaced")));
  store.reset();
  store = open();
  EXPECT_FALSE(holds(*store, 1));
  put(*store, 3);
  EXPECT_TRUE(holds(*store, 3));
  EXPECT_THAT(store->maintenance().health()->problems, Not(Contains(HasSubstr("deleted"))));
}

}  // namespace
}  // namespace anyclaude
