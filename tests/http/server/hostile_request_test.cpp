// What hostile and broken clients send. The tests named after a CVE hold the room to what the library under
// it once got wrong; none of that code runs here, and this is how it stays so.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/limits.h"
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

// A server that counts the requests its handler saw.
class HostileRequest : public testing::Test {
 protected:
  explicit HostileRequest(HttpServerOptions options = {})
      : server_(
            [this](HttpRequest& request, ResponseWriter& writer) {
              ++handled_;
              last_ = request;
              test::echo(request, writer);
            },
            options) {}

  // The status the server itself gives, the connection closed after it, the handler never called.
  void expect_refused(std::string_view request, int status) {
    RawClient client(server_.port());
    client.send(request);
    const std::string reply = client.read_all();
    EXPECT_EQ(status_of(reply), status) << request.substr(0, 200) << "\n" << reply;
    EXPECT_TRUE(client.saw_end());
    EXPECT_EQ(handled_, 0);
  }

  std::atomic<int> handled_ = 0;
  HttpRequest last_;
  TestServer server_;
};

class HostileRequestWithSmallBodies : public HostileRequest {
 protected:
  HostileRequestWithSmallBodies() : HostileRequest({.body_bytes_max = 1000}) {}
};

// Its tests end by time alone: on a busy machine any request may take longer than this.
class HostileRequestWithShortTimes : public HostileRequest {
 protected:
  HostileRequestWithShortTimes() : HostileRequest({.head_time_max = 150ms, .body_time_max = 150ms}) {}
};

const std::string kHost = "Host: localhost\r\n";

TEST_F(HostileRequest, RequestLineMustBeWellFormed) {
  for (const char* line :
       {"GET", "GET /", "GET / HTTP/1.1 x", "GET  / HTTP/1.1", "GET / HTTP/2.0", "GET / http/1.1",
        "G\x01T / HTTP/1.1", "GET /\x7f HTTP/1.1", "GET / a HTTP/1.1", "GET\t/ HTTP/1.1",
        "GET http://localhost/ HTTP/1.1", "CONNECT localhost:80 HTTP/1.1", " GET / HTTP/1.1",
        "PRI * HTTP/2.0", "GET / HTTP/1.10"}) {
    expect_refused(std::string(line) + "\r\n" + kHost + "\r\n", 400);
  }
}

TEST_F(HostileRequest, FieldsMustBeWellFormed) {
  const std::string with_nul("X: a\0b", 6);
  for (const std::string& field :
       {std::string("X : spaced"), std::string(" X: folded"), std::string("X: a\r\n folded"),
        std::string("no colon"), std::string(": no name"), std::string("X: a\rb"), std::string("X: \x01"),
        std::string("X: \x7f"), std::string("X\x80: high"), std::string("X(: bad"), with_nul}) {
    expect_refused("GET / HTTP/1.1\r\n" + kHost + field + "\r\n\r\n", 400);
  }
}

TEST_F(HostileRequest, LineFeedsAloneEndNoLine) {
  expect_refused("GET / HTTP/1.1\nHost: localhost\n\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: localhost\n\r\n\r\n", 400);
  expect_refused("\nGET / HTTP/1.1\r\n" + kHost + "\r\n", 400);
}

TEST_F(HostileRequest, HostIsNamedExactlyOnce) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
}

TEST_F(HostileRequest, LengthIsOneNumber) {
  for (const char* length : {"-1", "+5", "5, 5", "0x5", "5 5", "", "1e3", "99999999999999999999"}) {
    expect_refused("POST / HTTP/1.1\r\n" + kHost + "Content-Length: " + length + "\r\n\r\nhello", 400);
  }
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400);
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello!", 400);
}

TEST_F(HostileRequest, LengthAndChunkedExcludeEachOther) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string sized = "Content-Length: 5\r\n";
  expect_refused("POST / HTTP/1.1\r\n" + kHost + chunked + sized + "\r\n0\r\n\r\n", 400);
  expect_refused("POST / HTTP/1.1\r\n" + kHost + sized + chunked + "\r\n0\r\n\r\n", 400);
  expect_refused("POST / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", 400);
}

TEST_F(HostileRequest, OtherTransferEncodingsAreNotUnderstood) {
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, identity", "xchunked", "identity", "\"chunked\"", ""}) {
    expect_refused("POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n", 501);
  }
  expect_refused("POST / HTTP/1.1\r\n" + kHost +
                     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 501);
}

TEST_F(HostileRequest, UnknownExpectationsFail) {
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417);
}

TEST_F(HostileRequest, ChunksMustBeWellFormed) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  for (const char* chunks :
       {"x\r\n", "\r\n", "5\nhello\n0\n\n", "5\r\nhello!\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n", "5 x\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff\r\n", "5;\x01\r\nhello\r\n0\r\n\r\n", "0\r\n\n"}) {
    expect_refused(head + chunks, 400);
  }
}

TEST_F(HostileRequest, ChunkExtensionsAndTrailersAreDropped) {
  const std::string reply =
      exchange(server_.port(), "POST / HTTP/1.1\r\n" + kHost +
                                   "Connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                   "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: y\r\n\r\n");
  EXPECT_EQ(body_of(reply), "POST /  hello!");
  EXPECT_FALSE(last_.headers.has("X-Trailer"));
}

TEST_F(HostileRequestWithSmallBodies, ARefusedBodyIsNotTheNextRequest) {
  RawClient client(server_.port());
  client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 2000\r\n\r\n");
  client.send("GET /smuggled HTTP/1.1\r\n" + kHost + "\r\n" + std::string(2000, ' '));
  const std::string replies = client.read_all();
  EXPECT_EQ(status_of(replies), 413);
  EXPECT_EQ(replies.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HostileRequestWithSmallBodies, ALargeBodyIsRefusedBeforeItIsAskedFor) {
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413);
}

TEST_F(HostileRequestWithShortTimes, AHeadThatDripsEndsInTime) {
  RawClient client(server_.port());
  const auto begin = std::chrono::steady_clock::now();
  // Each byte comes well within any time between bytes; only a deadline for the whole ends this.
  while (client.send("G") && peer_has_left(client.fd()) == false &&
         std::chrono::steady_clock::now() < begin + 20s) {
    client.read_until("\r\n\r\n", 5ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HostileRequestWithShortTimes, ASilentHeadIsTold408) {
  expect_refused("GET / HTTP/1.1\r\n", 408);
}

TEST_F(HostileRequestWithShortTimes, ASilentBodyIsTold408) {
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\n12345", 408);
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", 408);
}

TEST_F(HostileRequest, AnEmptyLineBeforeARequestIsSkipped) {
  const std::string reply =
      exchange(server_.port(), "\r\nGET /x HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
  EXPECT_EQ(body_of(reply), "GET /x  ");
}

TEST_F(HostileRequest, AClientThatLeavesInMidRequestIsNobodysConcern) {
  RawClient leaver(server_.port());
  leaver.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\n123");
  leaver.close();
  EXPECT_EQ(status_of(exchange(server_.port(), "GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n")),
            200);
  EXPECT_EQ(handled_, 1);
}

// CVE-2025-46728: the body limit held for Content-Length only; a chunked body grew without bound.
TEST_F(HostileRequestWithSmallBodies, Cve202546728ChunkedBodiesAreLimitedToo) {
  std::string chunks;
  for (int i = 0; i < 11; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
  expect_refused("POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + chunks, 413);
}

// CVE-2025-52887: any number of header fields was taken.
TEST_F(HostileRequest, Cve202552887FieldsAreCounted) {
  std::string fields;
  for (std::size_t i = 0; i < limits::kHeaderFieldsMax; ++i) fields += "X: y\r\n";
  expect_refused("GET / HTTP/1.1\r\n" + kHost + fields + "\r\n", 431);
}

// CVE-2025-53628: a line of any length was read into memory.
TEST_F(HostileRequest, Cve202553628LinesAreLimited) {
  expect_refused("GET /" + std::string(limits::kRequestHeadBytesMax, 'a'), 431);
  expect_refused("GET / HTTP/1.1\r\nX: " + std::string(limits::kRequestHeadBytesMax, 'a') + "\r\n\r\n", 431);
}

// CVE-2025-53629: the lines between chunks were read without a limit.
TEST_F(HostileRequest, Cve202553629ChunkLinesAndTrailersAreLimited) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  expect_refused(head + "1;" + std::string(limits::kChunkLineBytesMax, 'a'), 400);
  expect_refused(head + "0\r\nX: " + std::string(limits::kTrailerBytesMax, 'a'), 400);
  std::string trailers;
  for (std::size_t i = 0; i < limits::kTrailerBytesMax / 4; ++i) trailers += "X: y\r\n";
  expect_refused(head + "0\r\n" + trailers, 400);
}

// CVE-2025-66570: the peer's address was kept among the client's own fields, which could shadow it.
TEST_F(HostileRequest, Cve202566570FieldsCannotForgeThePeer) {
  exchange(server_.port(), "GET / HTTP/1.1\r\n" + kHost +
                               "REMOTE_ADDR: 10.9.8.7\r\nLOCAL_ADDR: 1.2.3.4\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(last_.peer, "127.0.0.1");
  EXPECT_EQ(last_.headers.get("remote_addr"), "10.9.8.7");
}

// CVE-2026-21428: line ends in a value given to the library became fields of their own.
TEST(HostileReply, Cve202621428ValuesCannotStartFields) {
  TestServer server([](HttpRequest& request, ResponseWriter& writer) {
    static_cast<void>(
        writer.send(200, {{"X-Echo", "a\r\nX-Injected: 1"}, {"X\r\nX-Injected", "2"}}, request.body));
  });
  const std::string reply =
      exchange(server.port(), "GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
  EXPECT_NE(reply.find("X-Echo: a  X-Injected: 1\r\n"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("\nX-Injected"), std::string::npos) << reply;
}

// CVE-2026-22776: compressed bodies were unpacked without a limit.
TEST_F(HostileRequest, Cve202622776BodiesAreNotUnpacked) {
  const std::string packed("\x1f\x8b\x08\x00not really gzip", 19);
  exchange(server_.port(), "POST / HTTP/1.1\r\n" + kHost + "Content-Encoding: gzip\r\nContent-Length: " +
                               std::to_string(packed.size()) + "\r\nConnection: close\r\n\r\n" + packed);
  EXPECT_EQ(last_.body, packed);
}

// CVE-2026-28434: what an exception said was sent to the client in a header field.
TEST(HostileReply, Cve202628434ExceptionsStayPrivate) {
  TestServer server([](HttpRequest&, ResponseWriter&) { throw std::runtime_error("secret-of-the-house"); });
  const std::string reply =
      exchange(server.port(), "GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
  EXPECT_EQ(status_of(reply), 500);
  EXPECT_EQ(reply.find("secret"), std::string::npos);
}

// CVE-2026-34441: the body of a GET stayed unread and was taken for the next request.
TEST_F(HostileRequest, Cve202634441TheBodyOfAGetIsRead) {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string replies =
      exchange(server_.port(),
               "GET /first HTTP/1.1\r\n" + kHost + "Content-Length: " + std::to_string(smuggled.size()) +
                   "\r\n\r\n" + smuggled + "GET /second HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
  EXPECT_EQ(handled_, 2);
  EXPECT_EQ(last_.path, "/second");
  EXPECT_NE(replies.find("GET /first"), std::string::npos);
}

// CVE-2026-45352: a chunk of negative size wrapped round to nearly 2^64.
TEST_F(HostileRequest, Cve202645352ChunkSizesAreNotNegative) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  expect_refused(head + "-2\r\nhello\r\n0\r\n\r\n", 400);
  expect_refused(head + "fffffffffffffffe\r\nhello\r\n0\r\n\r\n", 400);
}

// CVE-2026-45372: values were percent-decoded after they had been checked, so %0D%0A became a line end.
TEST_F(HostileRequest, Cve202645372ValuesAreNotDecoded) {
  exchange(server_.port(), "GET /a%0D%0Ab?c%00 HTTP/1.1\r\n" + kHost +
                               "X-Value: a%0D%0AX-Injected: 1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(last_.headers.get("x-value"), "a%0D%0AX-Injected: 1");
  EXPECT_FALSE(last_.headers.has("X-Injected"));
  EXPECT_EQ(last_.target, "/a%0D%0Ab?c%00");
  EXPECT_EQ(last_.path, "/a%0D%0Ab");
}

}  // namespace
}  // namespace anyclaude
