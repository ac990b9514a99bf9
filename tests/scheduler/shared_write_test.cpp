#include "scheduler/shared_write.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

tl::unexpected<Error> late() {
  return fail(ErrorKind::timed_out, ErrorSource::store, "late");
}

TEST(SharedWrite, NobodyIsToldOfAWriteThatBeganBeforeThem) {
  SharedWrite writes(30s);
  std::promise<void> begun;
  std::promise<void> may_end;
  std::atomic<int> added = 0;
  std::atomic<int> written = 0;
  const auto write = [&] {
    written = added.load();
    return Status();
  };
  std::thread first([&] {
    EXPECT_TRUE(writes.run([&] {
      begun.set_value();
      may_end.get_future().wait();
      return Status();
    }));
  });
  begun.get_future().wait();
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i)
    others.emplace_back([&] {
      const int mine = ++added;
      EXPECT_TRUE(writes.run(write));
      EXPECT_GE(written, mine);
    });
  may_end.set_value();
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(written, 8);
}

TEST(SharedWrite, WhoeverWaitsForOthersWaitsNoLongerThanHeIsTold) {
  SharedWrite writes(1ms);
  std::promise<void> begun;
  std::promise<void> may_end;
  std::thread first([&] {
    EXPECT_FALSE(writes.run([&]() -> Status {
      begun.set_value();
      may_end.get_future().wait();
      return late();
    }));
  });
  begun.get_future().wait();
  const Status second = writes.run([] { return Status(); });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::timed_out);
  may_end.set_value();
  first.join();
  EXPECT_TRUE(writes.run([] { return Status(); })) << "a failure is not the next caller's";
}

}  // namespace
}  // namespace anyclaude
