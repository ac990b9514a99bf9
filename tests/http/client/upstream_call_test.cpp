#include "http/client/upstream_call.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "tests/http/raw_client.h"
#include "tests/http/scripted_server.h"
#include "tests/http/test_server.h"

namespace anyclaude {
namespace {

using test::ScriptedPeer;
using test::ScriptedServer;
using test::TestServer;
using namespace std::chrono_literals;

std::unique_ptr<UpstreamClient> client_of(const Url& url) {
  auto client = UpstreamClient::create(url);
  EXPECT_TRUE(client);
  return std::move(*client);
}

struct Exchange {
  std::optional<UpstreamHead> head;
  std::string body;
  UpstreamEnd end = UpstreamEnd::complete;
};

// Everything a call gives, in the order promised.
Exchange finish(UpstreamCall& call) {
  Exchange exchange;
  while (true) {
    UpstreamSignal signal = call.next(-1, 10s);
    if (auto* head = std::get_if<UpstreamHead>(&signal)) {
      EXPECT_FALSE(exchange.head);
      EXPECT_EQ(exchange.body, "");
      exchange.head = std::move(*head);
    } else if (const auto* piece = std::get_if<UpstreamBytes>(&signal)) {
      EXPECT_TRUE(exchange.head);
      exchange.body += piece->bytes;
    } else if (const auto* done = std::get_if<UpstreamDone>(&signal)) {
      exchange.end = done->end;
      return exchange;
    } else {
      ADD_FAILURE() << "nothing within 10 s";
      return exchange;
    }
  }
}

Exchange ask(const Url& url, UpstreamRequest request = {}) {
  return finish(*client_of(url)->start(std::move(request)));
}

// What a server that answers with these bytes and then closes comes to.
Exchange reply_to(std::string reply, std::string method = "POST") {
  ScriptedServer server([&](ScriptedPeer& peer) {
    peer.read_request();
    peer.send(reply);
  });
  return ask(server.url(), {.method = std::move(method)});
}

TEST(UpstreamCall, SendsTheRequestAsItIs) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedPeer& peer) {
    seen.set_value(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  ask(server.url(), {.method = "POST",
                     .target = "/v1/messages?beta=true&x=%2Fa",
                     .headers = {{"zeta", "1"},
                                 {"X-Api-Key", "key\n"},
                                 {"Alpha", "a\r\nInjected: 1"},
                                 {"host", "elsewhere"},
                                 {"Content-Length", "99"},
                                 {"Transfer-Encoding", "chunked"},
                                 {"Connection", "keep-alive"},
                                 {"Expect", "100-continue"},
                                 {"accept-encoding", "identity"}},
                     .body = "body",
                     .timeouts = {}});
  EXPECT_EQ(seen.get_future().get(),
            "POST /v1/messages?beta=true&x=%2Fa HTTP/1.1\r\nHost: " + server.url().host_header() +
                "\r\nzeta: 1\r\nX-Api-Key: key\r\nAlpha: a  Injected: 1\r\n"
                "accept-encoding: identity\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
                "body");
}

TEST(UpstreamCall, SendsNothingThatWouldNotBeOneRequest) {
  TestServer server(test::echo);
  for (const char* target : {"/a b", "/a\r\nX: y", "", "/\x01"}) {
    EXPECT_EQ(ask(server.url(), {.target = target}).end, UpstreamEnd::protocol) << target;
  }
  EXPECT_EQ(ask(server.url(), {.method = "GET /"}).end, UpstreamEnd::protocol);
  EXPECT_EQ(server->connections(), 0u);
}

TEST(UpstreamCall, SendsNoLengthWithoutABody) {
  std::promise<std::string> seen;
  ScriptedServer server([&](ScriptedPeer& peer) {
    seen.set_value(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(ask(server.url(), {.method = "GET", .target = "/props"}).end, UpstreamEnd::complete);
  EXPECT_EQ(seen.get_future().get(),
            "GET /props HTTP/1.1\r\nHost: " + server.url().host_header() + "\r\nConnection: close\r\n\r\n");
}

TEST(UpstreamCall, ReadsEveryFraming) {
  for (const char* reply :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello more",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello"}) {
    const Exchange exchange = reply_to(reply);
    EXPECT_EQ(exchange.end, UpstreamEnd::complete) << reply;
    ASSERT_TRUE(exchange.head) << reply;
    EXPECT_EQ(exchange.head->status, 200) << reply;
    EXPECT_EQ(exchange.body, "hello") << reply;
  }
}

TEST(UpstreamCall, KeepsFieldsAsReceivedAndFollowsNothing) {
  const Exchange exchange = reply_to(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nx-B: 1\r\nX-b:  2 \r\nContent-Encoding: "
      "gzip\r\n"
      "Content-Length: 4\r\n\r\n\x1f\x8b\x08!");
  ASSERT_TRUE(exchange.head);
  EXPECT_EQ(exchange.head->status, 302);
  std::string seen;
  for (const HeaderField& field : exchange.head->headers) seen += field.name + "=" + field.value + ";";
  EXPECT_EQ(seen, "Location=http://127.0.0.1:1/;x-B=1;X-b=2;Content-Encoding=gzip;Content-Length=4;");
  EXPECT_EQ(exchange.body, "\x1f\x8b\x08!");
}

TEST(UpstreamCall, RepliesWithoutABodyEndAtTheirHead) {
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", "HEAD").end, UpstreamEnd::complete);
  EXPECT_EQ(reply_to("HTTP/1.1 204 No Content\r\n\r\n").end, UpstreamEnd::complete);
  EXPECT_EQ(reply_to("HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n").end, UpstreamEnd::complete);
}

TEST(UpstreamCall, TellsACutReplyFromAWholeOne) {
  for (const char* reply :
       {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n"}) {
    EXPECT_EQ(reply_to(reply).end, UpstreamEnd::cut) << reply;
  }
}

TEST(UpstreamCall, AResetIsACut) {
  ScriptedServer server([](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
    peer.reset();
  });
  EXPECT_EQ(ask(server.url()).end, UpstreamEnd::cut);
}

TEST(UpstreamCall, WhatIsNotHttpIsAProtocolError) {
  for (const char* reply :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20x OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad field\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhello\r\n"}) {
    EXPECT_EQ(reply_to(reply).end, UpstreamEnd::protocol) << reply;
  }
}

TEST(UpstreamCall, RepliesAreLimited) {
  EXPECT_EQ(
      reply_to("HTTP/1.1 200 OK\r\nX: " + std::string(limits::kUpstreamHeadBytesMax, 'a') + "\r\n\r\n").end,
      UpstreamEnd::too_large);
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nContent-Length: " +
                     std::to_string(limits::kUpstreamReplyBytesMax + 1) + "\r\n\r\n")
                .end,
            UpstreamEnd::too_large);
  ScriptedServer endless([](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(1024 * 1024, 'x');
    while (peer.send(piece)) {
    }
  });
  EXPECT_EQ(ask(endless.url()).end, UpstreamEnd::too_large);
}

TEST(UpstreamCall, ARefusedConnectionIsRefused) {
  Url url;
  url.host = "127.0.0.1";
  {
    TestServer server(test::echo);
    url.port = server.port();
  }
  const Exchange exchange = ask(url);
  EXPECT_EQ(exchange.end, UpstreamEnd::refused);
  EXPECT_FALSE(exchange.head);
}

TEST(UpstreamCall, ANameWithoutAnAddressIsNotResolved) {
  Url url;
  url.host = "no-such-host.invalid";
  EXPECT_EQ(ask(url).end, UpstreamEnd::name_not_resolved);
}

TEST(UpstreamCall, LocalhostIsTriedOnEveryAddress) {
  TestServer server(test::echo);
  Url url = server.url();
  url.host = "localhost";
  EXPECT_EQ(ask(url, {.body = "x"}).body, "POST /  x");
}

TEST(UpstreamCall, SilenceEndsInTime) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  EXPECT_EQ(ask(silent.url(), {.timeouts = {.first_byte = 50ms}}).end, UpstreamEnd::first_byte_timed_out);
  // A head that comes early, before a long prefill, does not start the shorter time between bytes.
  ScriptedServer early([](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_TRUE(peer.wait_until_left());
  });
  EXPECT_EQ(ask(early.url(), {.timeouts = {.first_byte = 50ms, .idle = 1ms}}).end,
            UpstreamEnd::first_byte_timed_out);
  ScriptedServer stalls([](ScriptedPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nx");
    EXPECT_TRUE(peer.wait_until_left());
  });
  const Exchange exchange = ask(stalls.url(), {.timeouts = {.idle = 50ms}});
  EXPECT_EQ(exchange.end, UpstreamEnd::idle_timed_out);
  EXPECT_EQ(exchange.body, "x");
}

TEST(UpstreamCall, AnEarlyHeadIsGivenAtOnce) {
  std::promise<void> begin;
  std::promise<void> go_on;
  ScriptedServer server([&](ScriptedPeer& peer) {
    peer.read_request();
    begin.get_future().wait();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    go_on.get_future().wait();
    peer.send("4\r\nlate\r\n0\r\n\r\n");
  });
  const auto client = client_of(server.url());
  const auto call = client->start({});
  EXPECT_EQ(call->head_ms(), -1);
  begin.set_value();
  ASSERT_TRUE(std::holds_alternative<UpstreamHead>(call->next(-1, 10s)));
  EXPECT_GE(call->head_ms(), 0);
  EXPECT_TRUE(std::holds_alternative<NothingYet>(call->next(-1, 1ms)));
  go_on.set_value();
  UpstreamSignal late = call->next(-1, 10s);
  ASSERT_TRUE(std::holds_alternative<UpstreamBytes>(late));
  EXPECT_EQ(std::get<UpstreamBytes>(late).bytes, "late");
  EXPECT_EQ(std::get<UpstreamDone>(call->next(-1, 10s)).end, UpstreamEnd::complete);
}

TEST(UpstreamCall, AnAnswerThatComesBeforeTheRequestIsReadIsHeard) {
  ScriptedServer server([](ScriptedPeer& peer) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    EXPECT_TRUE(peer.wait_until_left());
  });
  const Exchange exchange = ask(server.url(), {.body = std::string(32 * 1024 * 1024, 'x')});
  ASSERT_TRUE(exchange.head);
  EXPECT_EQ(exchange.head->status, 413);
  EXPECT_EQ(exchange.body, "large");
}

TEST(UpstreamCall, CarriesLargeBodiesBothWays) {
  TestServer server(test::echo);
  const std::string body(20 * 1024 * 1024, 'b');
  const Exchange exchange = ask(server.url(), {.body = body});
  EXPECT_EQ(exchange.end, UpstreamEnd::complete);
  EXPECT_EQ(exchange.body.size(), body.size() + std::string_view("POST /  ").size());
}

TEST(UpstreamCall, FetchReadsAShortExchangeWhole) {
  TestServer server(test::echo);
  const auto reply = client_of(server.url())->fetch({.method = "POST", .target = "/p?q=1", .body = "body"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->headers.get("content-type"), "text/plain");
  EXPECT_EQ(reply->body, "POST /p q=1 body");
}

TEST(UpstreamCall, FetchHasADeadlineForTheWhole) {
  ScriptedServer silent([](ScriptedPeer& peer) { EXPECT_TRUE(peer.wait_until_left()); });
  const auto reply = client_of(silent.url())->fetch({.method = "GET"}, 50ms);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::timed_out);
  EXPECT_EQ(reply.error().source, ErrorSource::upstream);
  EXPECT_NE(reply.error().message.find(silent.url().origin()), std::string::npos);
}

TEST(UpstreamCall, EveryEndHasANameAndASentence) {
  const Url url = *parse_url("http://model.example:8080");
  for (int i = 0; i <= static_cast<int>(UpstreamEnd::cancelled); ++i) {
    const auto end = static_cast<UpstreamEnd>(i);
    EXPECT_NE(name_of(end), "unknown");
    const Error error = upstream_error({end}, url);
    EXPECT_EQ(error.source, ErrorSource::upstream);
    EXPECT_TRUE(error.message.starts_with("The server at http://model.example:8080 ")) << error.message;
    EXPECT_TRUE(error.message.ends_with("."));
  }
}

}  // namespace
}  // namespace anyclaude
