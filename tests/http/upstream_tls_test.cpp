#include <gtest/gtest.h>

#include <cstdlib>

#include "http/upstream_call.h"
#include "tests/http/scripted_server.h"
#include "tests/http/test_server.h"
#include "tests/http/tls_server.h"

namespace anyclaude {
namespace {

using test::ScriptedPeer;
using test::ScriptedServer;
using test::TlsServer;
using namespace std::chrono_literals;

const std::string kReply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string kEndlessReply = "HTTP/1.1 200 OK\r\n\r\nhello";

class UpstreamTls : public testing::Test {
 protected:
  ~UpstreamTls() override { ::unsetenv("SSL_CERT_FILE"); }

  static void trust(const TlsServer& server) {
    ::setenv("SSL_CERT_FILE", server.certificate_file().c_str(), 1);
  }

  static UpstreamEnd ask(const std::string& host, int port, std::chrono::milliseconds connect = 5s) {
    Url url;
    url.scheme = UrlScheme::https;
    url.host = host;
    url.port = port;
    auto client = UpstreamClient::create(url);
    EXPECT_TRUE(client);
    const auto call = (*client)->start({.method = "GET", .timeouts = {.connect = connect}});
    while (true) {
      const UpstreamSignal signal = call->next(-1, 10s);
      if (const auto* done = std::get_if<UpstreamDone>(&signal)) return done->end;
      if (std::holds_alternative<NothingYet>(signal)) return UpstreamEnd::cancelled;
    }
  }
};

TEST_F(UpstreamTls, TalksToAServerItTrusts) {
  const TlsServer named("DNS:localhost", kReply, TlsServer::Ending::orderly);
  trust(named);
  EXPECT_EQ(ask("localhost", named.port()), UpstreamEnd::complete);
  const TlsServer numbered("IP:127.0.0.1", kReply, TlsServer::Ending::orderly);
  trust(numbered);
  EXPECT_EQ(ask("127.0.0.1", numbered.port()), UpstreamEnd::complete);
}

TEST_F(UpstreamTls, RefusesAServerItDoesNotTrust) {
  const TlsServer server("DNS:localhost", kReply, TlsServer::Ending::orderly);
  EXPECT_EQ(ask("localhost", server.port()), UpstreamEnd::tls_failed);
}

TEST_F(UpstreamTls, RefusesACertificateForAnotherName) {
  const TlsServer server("DNS:other.example", kReply, TlsServer::Ending::orderly);
  trust(server);
  EXPECT_EQ(ask("localhost", server.port()), UpstreamEnd::tls_failed);
  EXPECT_EQ(ask("127.0.0.1", server.port()), UpstreamEnd::tls_failed);
}

TEST_F(UpstreamTls, RefusesAServerWithoutTls) {
  test::TestServer server(test::echo);
  EXPECT_EQ(ask("127.0.0.1", server.port()), UpstreamEnd::tls_failed);
}

TEST_F(UpstreamTls, TheHandshakeHasADeadline) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  EXPECT_EQ(ask("127.0.0.1", silent.port(), 50ms), UpstreamEnd::connect_timed_out);
}

TEST_F(UpstreamTls, AHandshakeCanBeCancelled) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  Url url = silent.url();
  url.scheme = UrlScheme::https;
  auto call = (*UpstreamClient::create(url))->start({});
  EXPECT_TRUE(std::holds_alternative<NothingYet>(call->next(-1, 5ms)));
  const auto begin = std::chrono::steady_clock::now();
  call.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

// A plain end of the connection may be anyone's doing; only TLS's own end is the server's.
TEST_F(UpstreamTls, TellsAnEndFromACut) {
  const TlsServer orderly("DNS:localhost", kEndlessReply, TlsServer::Ending::orderly);
  trust(orderly);
  EXPECT_EQ(ask("localhost", orderly.port()), UpstreamEnd::complete);
  const TlsServer cut("DNS:localhost", kEndlessReply, TlsServer::Ending::cut);
  trust(cut);
  EXPECT_EQ(ask("localhost", cut.port()), UpstreamEnd::cut);
}

}  // namespace
}  // namespace anyclaude
