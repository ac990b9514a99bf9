// Servers behind a proxy, which is played by a script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <mutex>

#include "base/limits.h"
#include "http/client/upstream_call.h"
#include "tests/http/scripted_server.h"
#include "tests/http/tls_server.h"

namespace anyclaude {
namespace {

using test::ScriptedPeer;
using test::ScriptedServer;
using test::TlsServer;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string kReply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Carries bytes both ways until one side ends.
void splice(int left, int right) {
  std::array<char, 16 * 1024> buffer;
  while (true) {
    std::array<pollfd, 2> entries{pollfd{left, POLLIN, 0}, pollfd{right, POLLIN, 0}};
    if (::poll(entries.data(), entries.size(), 10'000) <= 0) return;
    for (const auto& [from, to] : {std::pair{0, right}, std::pair{1, left}}) {
      if (entries[static_cast<std::size_t>(from)].revents == 0) continue;
      const ssize_t got = ::recv(entries[static_cast<std::size_t>(from)].fd, buffer.data(), buffer.size(), 0);
      if (got <= 0 || ::send(to, buffer.data(), static_cast<std::size_t>(got), 0) != got) return;
    }
  }
}

// A proxy that hears a request and does with it what the test says. Everything leads to one server.
class TinyProxy {
 public:
  explicit TinyProxy(std::string answer, int tunnel_port = 0)
      : answer_(std::move(answer)), tunnel_port_(tunnel_port), server_([this](ScriptedPeer& peer) {
          const std::string request = peer.read_request();
          {
            const std::lock_guard lock(mutex_);
            heard_ = request;
          }
          if (!peer.send(answer_) || tunnel_port_ == 0) return;
          const FileDescriptor onward = connect_to(tunnel_port_);
          splice(peer.fd(), onward.get());
        }) {}

  std::string url(const std::string& user = "") const {
    return "http://" + user + "127.0.0.1:" + std::to_string(server_.port());
  }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  static FileDescriptor connect_to(int port) {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return socket;
  }

  const std::string answer_;
  const int tunnel_port_;
  std::mutex mutex_;
  std::string heard_;
  ScriptedServer server_;
};

Result<HttpReply> ask(const std::string& url, const UpstreamRoute& route, UpstreamRequest request = {}) {
  auto client = UpstreamClient::create(*parse_url(url), route);
  EXPECT_TRUE(client);
  return (*client)->fetch(std::move(request), 10s);
}

UpstreamRoute through(const std::string& proxy) {
  return {.proxies = ProxySettings({.all_proxy = proxy})};
}

// The name exists nowhere: that the server answers shows that the proxy found it.
TEST(UpstreamProxy, OpensATunnelForHttpsAndVerifiesTheServerBehindIt) {
  const TlsServer server({"DNS:api.model.invalid", test::Issuer::authority}, kReply);
  TinyProxy proxy("HTTP/1.1 200 Connection established\r\nVia: tiny\r\n\r\n", server.port());
  UpstreamRoute route = through(proxy.url("user:p%40ss@"));
  route.trust.certificate_file = server.certificate_file();
  UpstreamRequest request{.headers = {{"x-api-key", "secret"}}, .body = "question"};
  const auto reply = ask("https://api.model.invalid", route, request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "hello");
  EXPECT_EQ(proxy.heard(),
            "CONNECT api.model.invalid:443 HTTP/1.1\r\nHost: api.model.invalid:443\r\n"
            "Proxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n")
      << "nothing of the request is the proxy's to see";

  const auto other = ask("https://other.model.invalid", route);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("does not name other.model.invalid"));
}

TEST(UpstreamProxy, GetsTheWholeAddressOfAnHttpServer) {
  TinyProxy proxy(kReply);
  UpstreamRequest request{
      .target = "/v1/x?y=1", .headers = {{"proxy-authorization", "the client's"}}, .body = "question"};
  const auto reply = ask("http://gpu.invalid:8000", through(proxy.url("me:pw@")), request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "hello");
  EXPECT_EQ(proxy.heard(),
            "POST http://gpu.invalid:8000/v1/x?y=1 HTTP/1.1\r\nHost: gpu.invalid:8000\r\n"
            "Proxy-Authorization: Basic bWU6cHc=\r\nContent-Length: 8\r\nConnection: close\r\n\r\nquestion");
}

TEST(UpstreamProxy, SaysWhatTheProxyDidAndNoPassword) {
  struct Case {
    const char* answer;
    const char* told;
  };
  for (const auto& [answer, told] :
       {Case{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
             "wants a user name and password (407); give them in HTTPS_PROXY"},
        Case{"HTTP/1.1 403 Forbidden\r\n\r\nno", "answered 403; if this server should be reached directly"},
        Case{"SSH-2.0-OpenSSH\r\n\r\n", "did not answer in HTTP"}, Case{"", "closed the connection"},
        Case{"HTTP/1.1 200 OK\r\n\r\nearly", "sent something before the server could"}}) {
    TinyProxy proxy(answer);
    const auto reply = ask("https://api.model.invalid", through(proxy.url("user:hush@")));
    ASSERT_FALSE(reply) << answer;
    EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(reply.error().message,
                HasSubstr("The server at https://api.model.invalid:443 cannot be reached through the proxy: "
                          "the proxy at " +
                          proxy.url() + " " + told));
    EXPECT_THAT(reply.error().message, Not(HasSubstr("hush")));
  }
}

TEST(UpstreamProxy, AProxyThatIsNotThereIsNamed) {
  const auto reply = ask("http://gpu.invalid", through("http://no-such-proxy.invalid:3128"));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message,
              HasSubstr("the proxy at http://no-such-proxy.invalid:3128 has a name that "
                        "cannot be resolved"));
}

TEST(UpstreamProxy, TheTunnelHasADeadlineAndCanBeCancelled) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  const UpstreamRoute route = through("http://127.0.0.1:" + std::to_string(silent.port()));
  const auto reply = ask("https://api.model.invalid", route, {.timeouts = {.connect = 50ms}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::timed_out);
  auto call = (*UpstreamClient::create(*parse_url("https://api.model.invalid"), route))->start({});
  EXPECT_TRUE(std::holds_alternative<NothingYet>(call->next(-1, 5ms)));
  const auto begin = std::chrono::steady_clock::now();
  call.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, limits::kConnectTimeMax * 4 / 5);
}

TEST(UpstreamProxy, ServersOfThisMachineAreReachedDirectly) {
  ScriptedServer server([](ScriptedPeer& peer) {
    peer.read_request();
    peer.send(kReply);
  });
  const auto reply = ask(server.url().text(), through("http://no-such-proxy.invalid:3128"));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "hello");
}

}  // namespace
}  // namespace anyclaude
