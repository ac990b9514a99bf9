#include "scheduler/backend_set.h"

#include <gtest/gtest.h>

#include "proxy/broker_fixture.h"

namespace anyclaude {
namespace {

std::shared_ptr<Backend> some_backend() {
  return std::make_shared<fakes::FakeBackend>(fakes::settings_for("llama-cpp"), BackendIdentity{});
}

TEST(BackendSet, MakesAnEntryOnceAndUnderItsOwnName) {
  int made = 0;
  BackendSet set({{"local", {"here"}}, {"far"}}, [&](const std::string&) {
    ++made;
    return some_backend();
  });
  const auto first = set.get("local");
  ASSERT_TRUE(first);
  EXPECT_EQ(*set.get("here"), *first);
  EXPECT_EQ((*first)->name, "local");
  EXPECT_EQ(made, 1);
}

TEST(BackendSet, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  BackendSet set({{"local"}, {"openrouter", {"router"}}}, [](const std::string&) { return some_backend(); });
  ASSERT_TRUE(set.switch_to("local"));
  const Status status = set.switch_to("openrotuer");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::not_found);
  EXPECT_NE(status.error().message.find("'openrouter'"), std::string::npos) << status.error().message;
  EXPECT_EQ(set.current().name, "local") << "nothing was switched";
}

TEST(BackendSet, AnEntryThatCannotBeMadeLeavesTheModeAsItWas) {
  BackendSet set({{"good"}, {"bad"}}, [](const std::string& name) -> Result<std::shared_ptr<Backend>> {
    if (name == "bad") return fail(ErrorKind::invalid_request, ErrorSource::config, "no address");
    return some_backend();
  });
  ASSERT_TRUE(set.switch_to("good"));
  const BackendEntry& before = set.current();
  EXPECT_EQ(set.switch_to("bad").error().message, "no address");
  EXPECT_EQ(&set.current(), &before);
}

}  // namespace
}  // namespace anyclaude
