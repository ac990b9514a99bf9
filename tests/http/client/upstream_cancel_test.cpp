// A client that leaves, and a call that is given up, in every phase of an exchange.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <future>
#include <latch>

#include "base/limits.h"
#include "http/client/upstream_call.h"
#include "tests/http/raw_client.h"
#include "tests/http/scripted_server.h"
#include "tests/http/test_server.h"

namespace anyclaude {
namespace {

using test::RawClient;
using test::ScriptedPeer;
using test::ScriptedServer;
using test::TestServer;
using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

Time now() {
  return std::chrono::steady_clock::now();
}

// As long as a busy machine may need: what it guards against takes limits::kConnectTimeMax or more.
constexpr auto kSoon = limits::kConnectTimeMax * 4 / 5;

// A listening socket whose queue is full: connecting to it goes unanswered.
class FullListener {
 public:
  FullListener() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener_.get(), raw, size);
    ::listen(listener_.get(), 0);
    ::getsockname(listener_.get(), raw, &size);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      fillers_[i] = FileDescriptor(::socket(AF_INET, SOCK_STREAM, 0));
      set_nonblocking(fillers_[i].get());
      ::connect(fillers_[i].get(), raw, size);
    }
  }
  Url url() const {
    Url url;
    url.host = "127.0.0.1";
    url.port = port_;
    return url;
  }

 private:
  FileDescriptor listener_;
  FileDescriptor fillers_[4];
  int port_ = 0;
};

std::unique_ptr<UpstreamClient> client_of(const Url& url) {
  return std::move(*UpstreamClient::create(url));
}

TEST(UpstreamCancel, WhileConnecting) {
  const FullListener full;
  const auto client = client_of(full.url());
  for (int i = 0; i < 20; ++i) {
    auto call = client->start({});
    // With and without time to get into connect().
    call->next(-1, std::chrono::milliseconds(i % 2 * 5));
    const Time begin = now();
    call.reset();
    EXPECT_LT(now() - begin, kSoon);
  }
}

TEST(UpstreamCancel, ConnectingHasADeadline) {
  const FullListener full;
  const auto call = client_of(full.url())->start({.timeouts = {.connect = 100ms}});
  const UpstreamSignal signal = call->next(-1, 10s);
  ASSERT_TRUE(std::holds_alternative<UpstreamDone>(signal));
  EXPECT_EQ(std::get<UpstreamDone>(signal).end, UpstreamEnd::connect_timed_out);
}

TEST(UpstreamCancel, BeforeTheHead) {
  std::promise<void> left;
  std::latch received(1);
  ScriptedServer server([&](ScriptedPeer& peer) {
    peer.read_request();
    received.count_down();
    EXPECT_TRUE(peer.wait_until_left());
    left.set_value();
  });
  auto call = client_of(server.url())->start({});
  received.wait();
  const Time begin = now();
  call->cancel();
  call->cancel();
  const UpstreamSignal signal = call->next(-1, 10s);
  EXPECT_EQ(std::get<UpstreamDone>(signal).end, UpstreamEnd::cancelled);
  left.get_future().wait();
  EXPECT_LT(now() - begin, kSoon);
}

TEST(UpstreamCancel, WhileTheRequestIsSent) {
  std::latch connected(1);
  std::latch cancelled(1);
  ScriptedServer server([&](ScriptedPeer&) {
    connected.count_down();
    // Nothing is read: the request fills the socket's buffers and waits.
    cancelled.wait();
  });
  auto call = client_of(server.url())->start({.body = std::string(32 * 1024 * 1024, 'x')});
  connected.wait();
  const Time begin = now();
  call.reset();
  EXPECT_LT(now() - begin, kSoon);
  cancelled.count_down();
}

TEST(UpstreamCancel, WhileTheQueueIsFull) {
  ScriptedServer server([&](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(1024 * 1024, 'x');
    while (peer.send(piece)) {
    }
  });
  auto call = client_of(server.url())->start({});
  ASSERT_TRUE(std::holds_alternative<UpstreamHead>(call->next(-1, 10s)));
  // Nothing is taken: what arrives piles up to the bound, and no further.
  EXPECT_TRUE(std::holds_alternative<UpstreamBytes>(call->next(-1, 10s)));
  const Time begin = now();
  call.reset();
  EXPECT_LT(now() - begin, kSoon);
}

// A handler that passes a request on, as the broker does.
struct Relay {
  explicit Relay(const Url& upstream)
      : client(client_of(upstream)),
        server([this](HttpRequest&, ResponseWriter& writer) { relay(writer); }) {}

  void relay(ResponseWriter& writer) {
    const auto call = client->start({});
    while (true) {
      UpstreamSignal signal = call->next(writer.client_fd(), 10s);
      if (std::holds_alternative<UpstreamHead>(signal)) {
        static_cast<void>(writer.start(200, {}));
      } else if (const auto* piece = std::get_if<UpstreamBytes>(&signal)) {
        static_cast<void>(writer.write(piece->bytes));
      } else {
        saw_leaver.set_value(std::holds_alternative<ClientGone>(signal));
        return;
      }
    }
  }

  std::unique_ptr<UpstreamClient> client;
  std::promise<bool> saw_leaver;
  TestServer server;
};

TEST(Leaver, BeforeTheUpstreamsHeadEndsTheUpstreamCall) {
  std::latch received(1);
  std::promise<Time> upstream_closed;
  ScriptedServer upstream([&](ScriptedPeer& peer) {
    peer.read_request();
    received.count_down();
    EXPECT_TRUE(peer.wait_until_left());
    upstream_closed.set_value(now());
  });
  Relay relay(upstream.url());
  RawClient client(relay.server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  received.wait();
  const Time left = now();
  client.close();
  EXPECT_TRUE(relay.saw_leaver.get_future().get());
  EXPECT_LT(upstream_closed.get_future().get() - left, kSoon);
}

TEST(Leaver, WhileConnectingEndsTheUpstreamCall) {
  const FullListener full;
  Relay relay(full.url());
  RawClient client(relay.server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.close();
  EXPECT_TRUE(relay.saw_leaver.get_future().get());
}

TEST(Leaver, InMidStreamEndsTheUpstreamCall) {
  std::promise<void> upstream_closed;
  ScriptedServer upstream([&](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nfirst");
    EXPECT_TRUE(peer.wait_until_left());
    upstream_closed.set_value();
  });
  Relay relay(upstream.url());
  RawClient client(relay.server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_NE(client.read_until("first").find("first"), std::string::npos);
  client.close();
  EXPECT_TRUE(relay.saw_leaver.get_future().get());
  upstream_closed.get_future().wait();
}

TEST(Leaver, ACutServerEndsTheUpstreamCallToo) {
  std::latch received(1);
  ScriptedServer upstream([&](ScriptedPeer& peer) {
    peer.read_request();
    received.count_down();
    EXPECT_TRUE(peer.wait_until_left());
  });
  Relay relay(upstream.url());
  RawClient client(relay.server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  received.wait();
  relay.server.stop(10ms);
  EXPECT_TRUE(relay.saw_leaver.get_future().get());
}

}  // namespace
}  // namespace anyclaude
