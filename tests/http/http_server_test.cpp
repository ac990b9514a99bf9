#include "http/http_server.h"

#include <gtest/gtest.h>

#include "http/upstream_call.h"
#include "tests/http/raw_client.h"
#include "tests/http/test_server.h"

namespace anyclaude {
namespace {

using test::RawClient;
using test::TestServer;
using namespace std::chrono_literals;

TEST(HttpServer, AnswersARequestWithItsBody) {
  TestServer server(test::echo);
  const std::string reply =
      test::exchange(server.port(),
                     "POST /v1/messages?beta=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                     "5\r\nConnection: close\r\n\r\nhello");
  EXPECT_EQ(test::status_of(reply), 200);
  EXPECT_EQ(test::body_of(reply), "POST /v1/messages beta=true hello");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server(test::echo);
  std::string requests;
  for (int i = 0; i < 5; ++i) {
    requests += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" +
                std::to_string(i);
  }
  requests += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string replies = test::exchange(server.port(), requests);
  std::size_t at = 0;
  for (int i = 0; i < 5; ++i) {
    const std::string text = std::to_string(i);
    at = replies.find("POST /" + text + "  " + text, at);
    ASSERT_NE(at, std::string::npos) << replies;
  }
  EXPECT_NE(replies.find("GET /last", at), std::string::npos);
}

TEST(HttpServer, StreamsEachWriteAtOnce) {
  TestServer server([](HttpRequest&, ResponseWriter& writer) {
    ASSERT_TRUE(writer.start(200, {{"Content-Type", "text/event-stream"}}));
    ASSERT_TRUE(writer.write("one"));
    while (!writer.client_left()) {
    }
    EXPECT_EQ(writer.body_bytes_written(), 3u);
  });
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("3\r\none\r\n").find("3\r\none\r\n"), std::string::npos);
  client.close();
  server.stop(10s);
}

TEST(UpstreamCall, CarriesARequestAndItsReply) {
  TestServer server(test::echo);
  auto client = UpstreamClient::create(server.url());
  ASSERT_TRUE(client);
  const auto reply =
      (*client)->fetch({.method = "POST", .target = "/p?q=1", .headers = {}, .body = "body", .timeouts = {}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "POST /p q=1 body");
}

}  // namespace
}  // namespace anyclaude
