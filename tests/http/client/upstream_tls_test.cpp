#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/client/upstream_call.h"
#include "tests/http/scripted_server.h"
#include "tests/http/test_server.h"
#include "tests/http/tls_server.h"

namespace anyclaude {
namespace {

using test::Issuer;
using test::ScriptedPeer;
using test::ScriptedServer;
using test::TlsServer;
using test::Validity;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kReply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string kEndlessReply = "HTTP/1.1 200 OK\r\n\r\nhello";

Url https_url(const std::string& host, int port) {
  return {UrlScheme::https, host, port, {}};
}

UpstreamDone ask(const std::string& host, int port, const UpstreamRoute& route = {},
                 std::chrono::milliseconds connect = 5s) {
  auto client = UpstreamClient::create(https_url(host, port), route);
  EXPECT_TRUE(client);
  const auto call = (*client)->start({.method = "GET", .timeouts = {.connect = connect}});
  while (true) {
    UpstreamSignal signal = call->next(-1, 10s);
    if (auto* done = std::get_if<UpstreamDone>(&signal)) return std::move(*done);
    if (std::holds_alternative<NothingYet>(signal)) return {UpstreamEnd::cancelled};
  }
}

UpstreamRoute trusting(const TlsServer& server) {
  return {.trust = {.certificate_file = server.certificate_file()}};
}

UpstreamDone ask_trusting(const TlsServer& server, const std::string& host = "localhost") {
  return ask(host, server.port(), trusting(server));
}

// What a person is told; it always names the server.
std::string told(const UpstreamDone& done) {
  const std::string message = upstream_error(done, *parse_url("https://model.example")).message;
  EXPECT_TRUE(message.starts_with("The server at https://model.example:443 ")) << message;
  return message;
}

TEST(UpstreamTls, TalksToAServerItTrusts) {
  EXPECT_EQ(ask_trusting(TlsServer({"DNS:localhost"}, kReply)).end, UpstreamEnd::complete);
  EXPECT_EQ(ask_trusting(TlsServer({"IP:127.0.0.1"}, kReply), "127.0.0.1").end, UpstreamEnd::complete);
  EXPECT_EQ(ask_trusting(TlsServer({.issuer = Issuer::authority}, kReply)).end, UpstreamEnd::complete);
}

TEST(UpstreamTls, RefusesAnIssuerItDoesNotKnowAndSaysWhatToSet) {
  const TlsServer server({.issuer = Issuer::authority}, kReply);
  const UpstreamDone done = ask("localhost", server.port());
  EXPECT_EQ(done.end, UpstreamEnd::tls_failed);
  EXPECT_THAT(told(done), HasSubstr("set SSL_CERT_FILE to your proxy's CA"));
}

TEST(UpstreamTls, RefusesASelfSignedCertificate) {
  const TlsServer server({}, kReply);
  const UpstreamDone done = ask("localhost", server.port());
  EXPECT_EQ(done.end, UpstreamEnd::tls_failed);
  EXPECT_THAT(told(done), HasSubstr("self-signed"));
}

TEST(UpstreamTls, RefusesAnExpiredCertificateFromATrustedIssuer) {
  const UpstreamDone done =
      ask_trusting(TlsServer({.issuer = Issuer::authority, .validity = Validity::expired}, kReply));
  EXPECT_EQ(done.end, UpstreamEnd::tls_failed);
  EXPECT_THAT(told(done), HasSubstr("its certificate has expired"));
}

TEST(UpstreamTls, RefusesACertificateForAnotherName) {
  const TlsServer server({"DNS:other.example", Issuer::authority}, kReply);
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const UpstreamDone done = ask_trusting(server, host);
    EXPECT_EQ(done.end, UpstreamEnd::tls_failed);
    EXPECT_THAT(told(done), HasSubstr(std::string("its certificate does not name ") + host));
  }
}

TEST(UpstreamTls, RefusesAServerWithoutTls) {
  test::TestServer server(test::echo);
  const UpstreamDone done = ask("127.0.0.1", server.port());
  EXPECT_EQ(done.end, UpstreamEnd::tls_failed);
  EXPECT_THAT(told(done), HasSubstr("does not speak TLS"));
}

TEST(UpstreamTls, ManyCallsShareOneClient) {
  const TlsServer server({.issuer = Issuer::authority}, kReply);
  const auto client = UpstreamClient::create(https_url("localhost", server.port()), trusting(server));
  ASSERT_TRUE(client);
  for (int i = 0; i < 5; ++i) EXPECT_EQ((*client)->fetch({.method = "GET"})->body, "hello");
}

TEST(UpstreamTls, CertificatesThatCannotBeReadAreAnErrorOfTheConfiguration) {
  const Url url = https_url("localhost", 1);
  const auto no_file = UpstreamClient::create(url, {.trust = {.certificate_file = "/nonexistent.pem"}});
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().source, ErrorSource::config);
  EXPECT_THAT(no_file.error().message, HasSubstr("SSL_CERT_FILE names /nonexistent.pem"));
  const auto no_directory = UpstreamClient::create(url, {.trust = {.certificate_directory = "/nonexistent"}});
  ASSERT_FALSE(no_directory);
  EXPECT_THAT(no_directory.error().message, HasSubstr("SSL_CERT_DIR names /nonexistent"));
  // A server without TLS needs none of it.
  EXPECT_TRUE(UpstreamClient::create(*parse_url("http://localhost:1"),
                                     {.trust = {.certificate_file = "/nonexistent.pem"}}));
}

TEST(UpstreamTls, TheHandshakeHasADeadline) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  EXPECT_EQ(ask("127.0.0.1", silent.port(), {}, 50ms).end, UpstreamEnd::connect_timed_out);
}

TEST(UpstreamTls, AHandshakeCanBeCancelled) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  auto call = (*UpstreamClient::create(https_url("127.0.0.1", silent.port())))->start({});
  EXPECT_TRUE(std::holds_alternative<NothingYet>(call->next(-1, 5ms)));
  const auto begin = std::chrono::steady_clock::now();
  call.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, limits::kConnectTimeMax * 4 / 5);
}

// A plain end of the connection may be anyone's doing; only TLS's own end is the server's.
TEST(UpstreamTls, TellsAnEndFromACut) {
  EXPECT_EQ(ask_trusting(TlsServer({}, kEndlessReply, TlsServer::Ending::orderly)).end,
            UpstreamEnd::complete);
  EXPECT_EQ(ask_trusting(TlsServer({}, kEndlessReply, TlsServer::Ending::cut)).end, UpstreamEnd::cut);
}

}  // namespace
}  // namespace anyclaude
