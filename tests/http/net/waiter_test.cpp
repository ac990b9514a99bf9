#include "http/net/waiter.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>

#include "http/net/socket.h"

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

// A connection: what a client holds, and what the broker holds of it.
struct Connection {
  Connection() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    client = FileDescriptor(ends[0]);
    broker = FileDescriptor(ends[1]);
  }
  FileDescriptor client;
  FileDescriptor broker;
};

TEST(Waiter, LetsTimePass) {
  StoppableWaiter waiter;
  const Connection connection;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(waiter.wait(connection.broker.get(), 20ms), WaitEnd::passed);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  EXPECT_EQ(waiter.wait(-1, 0ms), WaitEnd::passed);
}

TEST(Waiter, EndsWhenTheClientLeaves) {
  StoppableWaiter waiter;
  Connection connection;
  auto end = std::async(std::launch::async, [&] { return waiter.wait(connection.broker.get(), 1h); });
  connection.client.close();
  EXPECT_EQ(end.get(), WaitEnd::client_left);
}

TEST(Waiter, StoppingEndsEveryWaitAndThoseToCome) {
  StoppableWaiter waiter;
  auto first = std::async(std::launch::async, [&] { return waiter.wait(-1, 1h); });
  auto second = std::async(std::launch::async, [&] { return waiter.wait(-1, 1h); });
  waiter.stop();
  waiter.stop();
  EXPECT_EQ(first.get(), WaitEnd::stopped);
  EXPECT_EQ(second.get(), WaitEnd::stopped);
  EXPECT_EQ(waiter.wait(-1, 1h), WaitEnd::stopped);
}

}  // namespace
}  // namespace anyclaude
