#include "http/server/http_server.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/http/raw_client.h"
#include "tests/http/test_server.h"

namespace anyclaude {
namespace {

using test::body_of;
using test::exchange;
using test::RawClient;
using test::status_of;
using test::TestServer;
using namespace std::chrono_literals;

const std::string kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string post(const std::string& body, const std::string& fields = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(HttpServer, AnswersARequestWithItsBody) {
  TestServer server(test::echo);
  const std::string reply = exchange(server.port(),
                                     "POST /v1/messages?beta=true HTTP/1.1\r\nHost: localhost\r\n"
                                     "Content-Length: 5\r\nConnection: close\r\n\r\nhello");
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_EQ(body_of(reply), "POST /v1/messages beta=true hello");
  EXPECT_NE(reply.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(reply.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(HttpServer, KeepsFieldsAsReceivedAndRoomBehindTheBody) {
  TestServer server([](HttpRequest& request, ResponseWriter& writer) {
    std::string seen;
    for (const HeaderField& field : request.headers) seen += field.name + "=" + field.value + ";";
    EXPECT_GE(request.body.capacity() - request.body.size(), kBodyPaddingBytes);
    EXPECT_EQ(request.peer, "127.0.0.1");
    static_cast<void>(writer.send(200, {}, seen));
  });
  for (const std::string& body :
       {std::string(), std::string(1, 'x'), std::string(4096, 'x'), std::string(90'000, 'x')}) {
    const std::string reply =
        exchange(server.port(), post(body, "X-b: 1\r\nx-A:2 \r\nX-B:\t3\r\nConnection: close\r\n"));
    EXPECT_TRUE(body_of(reply).starts_with("Host=x;X-b=1;x-A=2;X-B=3;Connection=close;")) << reply;
  }
  const std::string chunked = exchange(server.port(),
                                       "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(chunked), 200);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server(test::echo);
  std::string requests;
  for (int i = 0; i < 5; ++i) requests += post(std::to_string(i));
  requests += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string replies = exchange(server.port(), requests);
  std::size_t at = 0;
  for (int i = 0; i < 5; ++i) {
    at = replies.find("POST /  " + std::to_string(i), at);
    ASSERT_NE(at, std::string::npos) << replies;
  }
  EXPECT_NE(replies.find("GET /last", at), std::string::npos);
}

TEST(HttpServer, KeepsTheConnectionBetweenRequests) {
  TestServer server(test::echo);
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("body"));
    EXPECT_NE(client.read_until("POST /  body").find("POST /  body"), std::string::npos);
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST(HttpServer, SendsHeadAndBodyTogether) {
  TestServer server(test::echo);
  RawClient client(server.port());
  client.send(kGet);
  ASSERT_NE(wait_for(client.fd(), POLLIN, Deadline(10s)), 0);
  EXPECT_NE(client.read_until("\r\n\r\n").find("GET /  "), std::string::npos);
}

TEST(HttpServer, StreamsEachWriteAtOnce) {
  std::promise<void> go_on;
  TestServer server([&](HttpRequest&, ResponseWriter& writer) {
    ASSERT_TRUE(writer.start(200, {{"Content-Type", "text/event-stream"}, {"content-length", "9"}}));
    ASSERT_TRUE(writer.write("one"));
    go_on.get_future().wait();
    ASSERT_TRUE(writer.write(""));
    ASSERT_TRUE(writer.write("two"));
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(writer.body_bytes_written(), 6u);
  });
  RawClient client(server.port());
  client.send(kGet);
  const std::string begin = client.read_until("3\r\none\r\n");
  EXPECT_TRUE(begin.ends_with("\r\n\r\n3\r\none\r\n")) << begin;
  EXPECT_NE(begin.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(begin.find("ontent-"), begin.find("ontent-Type")) << begin;
  go_on.set_value();
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
}

TEST(HttpServer, SendsNoBodyToHead) {
  TestServer server([](HttpRequest& request, ResponseWriter& writer) {
    if (request.path == "/sent") {
      EXPECT_TRUE(writer.send(200, {}, "body"));
    } else {
      EXPECT_TRUE(writer.start(200, {}));
      EXPECT_TRUE(writer.write("body"));
      EXPECT_TRUE(writer.finish());
    }
  });
  const std::string sent =
      exchange(server.port(), "HEAD /sent HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(sent.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_EQ(body_of(sent), "");
  EXPECT_EQ(body_of(exchange(server.port(), "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), "");
}

TEST(HttpServer, ServesHttp10) {
  TestServer server([](HttpRequest& request, ResponseWriter& writer) {
    if (request.path == "/sent") {
      test::echo(request, writer);
      return;
    }
    EXPECT_TRUE(writer.start(200, {}));
    EXPECT_TRUE(writer.write("streamed"));
    EXPECT_TRUE(writer.finish());
  });
  const std::string streamed = exchange(server.port(), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(body_of(streamed), "streamed");
  EXPECT_EQ(streamed.find("chunked"), std::string::npos);
  EXPECT_NE(streamed.find("Connection: close"), std::string::npos);
  EXPECT_EQ(body_of(exchange(server.port(), "GET /sent HTTP/1.0\r\n\r\n")), "GET /sent  ");
  RawClient client(server.port());
  client.send("GET /sent HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_NE(client.read_until("GET /sent").find("Connection: keep-alive"), std::string::npos);
}

TEST(HttpServer, AsksForABodyThatWaitsToBeAskedFor) {
  TestServer server(test::echo);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_EQ(status_of(client.read_until("POST /  body")), 200);
}

TEST(HttpServer, AnswersForAHandlerThatDoesNot) {
  TestServer server([](HttpRequest& request, ResponseWriter& writer) {
    if (request.path == "/cut") {
      static_cast<void>(writer.start(200, {}));
      static_cast<void>(writer.write("part"));
      throw std::runtime_error("no");
    }
  });
  EXPECT_EQ(status_of(exchange(server.port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
            500);
  const std::string cut = exchange(server.port(), "GET /cut HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(cut), "4\r\npart\r\n");
}

TEST(HttpServer, AnErrorBodyThatThrowsEndsOneConnectionOnly) {
  auto server = HttpServer::listen({}, test::echo, [](int status, std::string_view) {
    if (status == 400) throw std::bad_alloc();
    return std::string("{}");
  });
  ASSERT_TRUE(server);
  (*server)->start();
  EXPECT_EQ(exchange((*server)->port(), "nonsense\r\n\r\n"), "");
  EXPECT_EQ(status_of(exchange((*server)->port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
            200);
}

TEST(HttpServer, ACutHttp10ReplyEndsInAReset) {
  TestServer server([](HttpRequest&, ResponseWriter& writer) {
    static_cast<void>(writer.start(200, {}));
    static_cast<void>(writer.write("part"));
    writer.abort();
    EXPECT_FALSE(writer.write("more"));
    EXPECT_FALSE(writer.finish());
  });
  RawClient client(server.port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  while (client.read_until("never", 10s).find("part") == std::string::npos && !client.saw_end()) {
  }
  EXPECT_NE(wait_for(client.fd(), 0, Deadline(10s)) & (POLLERR | POLLHUP), 0);
}

TEST(HttpServer, AClientThatTakesNothingIsTakenForGone) {
  std::promise<Status> ended;
  TestServer server(
      [&](HttpRequest&, ResponseWriter& writer) {
        Status status = writer.start(200, {});
        const std::string piece(1024 * 1024, 'x');
        while (status) status = writer.write(piece);
        ended.set_value(status);
      },
      {.client_write_time_max = 100ms});
  RawClient client(server.port());
  client.send(kGet);
  const Status status = ended.get_future().get();
  EXPECT_EQ(status.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(status.error().source, ErrorSource::client);
}

TEST(HttpServer, NoticesALeaverWhileNothingIsWritten) {
  std::promise<void> noticed;
  TestServer server([&](HttpRequest&, ResponseWriter& writer) {
    EXPECT_NE(wait_for(writer.client_fd(), hangup_events(), Deadline(10s)), 0);
    EXPECT_TRUE(writer.client_left());
    noticed.set_value();
  });
  RawClient client(server.port());
  // Bytes of a next request must not hide the end behind them.
  client.send(kGet + "GET /pipelined");
  client.close();
  EXPECT_EQ(noticed.get_future().wait_for(10s), std::future_status::ready);
}

TEST(HttpServer, ClosesAnIdleConnectionInTime) {
  TestServer server(test::echo, {.keep_alive_idle_max = 50ms});
  RawClient client(server.port());
  client.send(kGet);
  client.read_all();
  EXPECT_TRUE(client.saw_end());
}

TEST(HttpServer, APortInUseIsAnErrorThatNamesIt) {
  TestServer server(test::echo);
  HttpServerOptions options;
  options.port = server.port();
  const auto second =
      HttpServer::listen(options, test::echo, [](int, std::string_view) { return std::string(); });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(server.port())), std::string::npos);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
}

TEST(HttpServer, APortIsFreeAgainAfterTheServer) {
  int port = 0;
  {
    TestServer server(test::echo);
    port = server.port();
    exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  TestServer again(test::echo, {.port = port});
  EXPECT_EQ(again.port(), port);
  EXPECT_EQ(status_of(exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), 200);
}

TEST(HttpServer, ANameThatIsNoAddressIsAnError) {
  HttpServerOptions options;
  options.host = "256.256.256.256";
  const auto server =
      HttpServer::listen(options, test::echo, [](int, std::string_view) { return std::string(); });
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("256.256.256.256"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
