// Many clients, more than the cap, and the end of the server while they are there.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <condition_variable>
#include <future>
#include <latch>

#include "tests/http/raw_client.h"
#include "tests/http/test_server.h"

namespace anyclaude {
namespace {

using test::body_of;
using test::RawClient;
using test::status_of;
using test::TestServer;
using namespace std::chrono_literals;

const std::string kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A gate that handlers wait at.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_until_open() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(HttpServerLoad, CarriesAThousandStreamsAtOnce) {
  constexpr std::size_t kStreams = 1000;
  std::latch all_started(kStreams);
  TestServer server([&](HttpRequest&, ResponseWriter& writer) {
    ASSERT_TRUE(writer.start(200, {{"Content-Type", "text/event-stream"}}));
    // No stream goes on before every stream is there.
    all_started.arrive_and_wait();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer.write("data: x\n\n"));
    ASSERT_TRUE(writer.finish());
  });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kStreams; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    ASSERT_TRUE(clients.back()->is_connected()) << i;
    ASSERT_TRUE(clients.back()->send(kGet)) << i;
  }
  for (const auto& client : clients) {
    ASSERT_TRUE(client->read_until("\r\n0\r\n\r\n", 60s).ends_with("\r\n0\r\n\r\n"));
  }
  EXPECT_EQ(server->refused_over_cap(), 0u);
}

TEST(HttpServerLoad, TellsClientsBeyondTheCapThatItIsOverloaded) {
  Gate gate;
  std::latch both_running(2);
  TestServer server(
      [&](HttpRequest& request, ResponseWriter& writer) {
        both_running.count_down();
        gate.wait_until_open();
        test::echo(request, writer);
      },
      {.connections_max = 2});
  RawClient first(server.port());
  RawClient second(server.port());
  first.send(kGet);
  second.send(kGet);
  both_running.wait();
  for (int i = 0; i < 5; ++i) {
    // The body is longer than what the socket's buffers take: it is drained, or the answer would be lost.
    RawClient third(server.port());
    const std::string body(8 * 1024 * 1024, 'x');
    third.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body);
    const std::string refused = third.read_all();
    EXPECT_EQ(status_of(refused), 529);
    EXPECT_TRUE(body_of(refused).starts_with("{\"status\":529"));
  }
  EXPECT_EQ(server->refused_over_cap(), 5u);
  gate.open();
  EXPECT_EQ(status_of(first.read_until("GET /")), 200);
  EXPECT_EQ(status_of(second.read_until("GET /")), 200);
}

TEST(HttpServerLoad, ASeatThatIsLeftIsTakenAgain) {
  TestServer server(test::echo, {.connections_max = 1});
  for (int i = 0; i < 20; ++i) {
    // The seat is free an instant after the client sees the end, so a refusal may be asked again.
    int status = 529;
    for (int attempt = 0; status == 529 && attempt < 1000; ++attempt) {
      status =
          status_of(test::exchange(server.port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    }
    ASSERT_EQ(status, 200);
  }
}

TEST(HttpServerLoad, StopLetsRunningRepliesFinish) {
  Gate gate;
  std::latch running(1);
  TestServer server([&](HttpRequest& request, ResponseWriter& writer) {
    if (request.path == "/busy") {
      running.count_down();
      gate.wait_until_open();
    }
    test::echo(request, writer);
  });
  RawClient idle(server.port());
  idle.send(kGet);
  idle.read_until("GET /");
  RawClient busy(server.port());
  busy.send("GET /busy HTTP/1.1\r\nHost: localhost\r\n\r\n");
  running.wait();
  auto stopped = std::async(std::launch::async, [&] { server.stop(60s); });
  idle.read_all();
  EXPECT_TRUE(idle.saw_end());
  gate.open();
  const std::string reply = busy.read_all();
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_TRUE(busy.saw_end());
  EXPECT_EQ(stopped.wait_for(30s), std::future_status::ready);
  EXPECT_FALSE(RawClient(server.port()).is_connected());
}

TEST(HttpServerLoad, StopCutsWhatOutlivesItsGrace) {
  std::latch running(1);
  TestServer server([&](HttpRequest&, ResponseWriter& writer) {
    ASSERT_TRUE(writer.start(200, {}));
    running.count_down();
    wait_for(writer.client_fd(), hangup_events(), Deadline(30s));
  });
  RawClient client(server.port());
  client.send(kGet);
  running.wait();
  const auto begin = std::chrono::steady_clock::now();
  server.stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
  EXPECT_EQ(server->connections(), 0u);
  client.read_all();
  EXPECT_TRUE(client.saw_end());
}

// A thread cannot be ended; a process can, once its server says that one is still at work.
TEST(HttpServerLoad, StopDoesNotWaitForWhatOnlyComputes) {
  std::latch running(1);
  Gate gate;
  TestServer server([&](HttpRequest&, ResponseWriter&) {
    running.count_down();
    gate.wait_until_open();
  });
  RawClient client(server.port());
  client.send(kGet);
  running.wait();
  auto stopped = std::async(std::launch::async, [&] { return server->stop(10ms); });
  const bool in_time = stopped.wait_for(30s) == std::future_status::ready;
  gate.open();
  EXPECT_TRUE(in_time);
  EXPECT_EQ(stopped.get(), StopEnd::some_work);
  EXPECT_EQ(server->stop(10s), StopEnd::all_ended);
}

TEST(HttpServerLoad, StopsTwiceAndWithoutAStart) {
  HttpServerOptions options;
  auto server = HttpServer::listen(options, test::echo, [](int, std::string_view) { return std::string(); });
  ASSERT_TRUE(server);
  (*server)->stop(0ms);
  (*server)->stop(0ms);
}

std::chrono::microseconds processor_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

TEST(HttpServerLoad, IdleConnectionsCostNothing) {
  TestServer server(test::echo, {.keep_alive_idle_max = 300ms});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(kGet);
    clients.back()->read_until("GET /");
  }
  const auto before = processor_time();
  clients.back()->read_all();
  // Polling every 10 ms, as the library does, would take 200 * 30 wake-ups in this time.
  EXPECT_LT(processor_time() - before, 60ms);
  EXPECT_TRUE(clients.back()->saw_end());
}

}  // namespace
}  // namespace anyclaude
