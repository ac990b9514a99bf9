#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::anthropic_stream;
using fakes::BrokerFixture;
using fakes::cache_status;
using fakes::event_stream;
using fakes::RecordingWriter;
using nlohmann::json;

// White space, escapes and key order that no serialiser would write.
const std::string kOddBody =
    "{ \"stream\":true ,\"max_tokens\":1e2,\n\"model\":\"claude-x\", \"future\":{\"b\":1,\"a\":[ ]},"
    "\"messages\":[{\"content\":\"\\u0068i \\/ there\",\"role\":\"user\"}]}  ";

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  return all;
}

TEST(VerbatimLane, BodiesQueriesAndHeadersPassByteForByte) {
  BrokerFixture broker("claude");
  const auto pieces = anthropic_stream("hi");
  broker.backend.upstream.expect_reply(200, {{"Content-Type", "text/event-stream"}, {"request-id", "req_up"}},
                                       pieces);
  const RecordingWriter reply = broker.post("/v1/messages?beta=true&x=%2F", kOddBody,
                                            {{"X-Api-Key", "sk-1"},
                                             {"anthropic-beta", "a,b"},
                                             {"Accept-Encoding", "gzip, br"},
                                             {"X-Odd", "  kept "},
                                             {"Connection", "keep-alive, X-Hop"},
                                             {"X-Hop", "1"}});
  EXPECT_EQ(reply.body, joined(pieces));
  EXPECT_EQ(reply.headers.get("request-id"), "req_up");
  ASSERT_EQ(broker.backend.upstream.requests.size(), 1u);
  const UpstreamRequest& sent = broker.backend.upstream.requests[0];
  EXPECT_EQ(sent.body, kOddBody);
  EXPECT_EQ(sent.target, "/v1/messages?beta=true&x=%2F");
  EXPECT_EQ(sent.headers.get("x-api-key"), "sk-1");
  EXPECT_EQ(sent.headers.get("x-odd"), "  kept ");
  EXPECT_EQ(sent.headers.get("accept-encoding"), "identity");
  EXPECT_FALSE(sent.headers.has("x-hop"));
  EXPECT_FALSE(sent.headers.has("connection"));
}

TEST(VerbatimLane, TheSecondAskingIsAHitInEitherForm) {
  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(200, event_stream(), anthropic_stream("stored"));
  EXPECT_EQ(cache_status(broker.post("/v1/messages", kOddBody, {{"x-api-key", "k"}})), "MISS");
  const RecordingWriter again = broker.post("/v1/messages", kOddBody, {{"x-api-key", "k"}});
  EXPECT_EQ(cache_status(again), "HIT");
  EXPECT_NE(again.body.find("stored"), std::string::npos);
  EXPECT_EQ(broker.metrics()["prompt_tokens"]["measured"]["reused"], 90);
  EXPECT_EQ(broker.metrics()["prompt_tokens"]["measured"]["prefilled"], 15);
}

TEST(VerbatimLane, AnotherCallersAnswersAreNotSeen) {
  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(200, event_stream(), anthropic_stream("one"));
  broker.backend.upstream.expect_reply(200, event_stream(), anthropic_stream("two"));
  EXPECT_EQ(cache_status(broker.post("/v1/messages", kOddBody, {{"x-api-key", "alice"}})), "MISS");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", kOddBody, {{"x-api-key", "bob"}})), "MISS");
}

TEST(VerbatimLane, ErrorsPassUnchangedAndAreNotKept) {
  BrokerFixture broker("claude");
  const std::string error = R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  broker.backend.upstream.expect_reply(529, {{"Content-Type", "application/json"}, {"retry-after", "7"}},
                                       {error});
  const RecordingWriter reply = broker.post("/v1/messages", kOddBody);
  EXPECT_EQ(reply.status, 529);
  EXPECT_EQ(reply.body, error);
  EXPECT_EQ(reply.headers.get("retry-after"), "7");
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

TEST(VerbatimLane, AnEncodedReplyIsPassedOnAndNotStored) {
  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(
      200, {{"Content-Type", "text/event-stream"}, {"Content-Encoding", "gzip"}}, {"\x1f\x8b binary"});
  const RecordingWriter reply = broker.post("/v1/messages", kOddBody);
  EXPECT_EQ(cache_status(reply), "BYPASS");
  EXPECT_EQ(reply.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(reply.body, "\x1f\x8b binary");
  EXPECT_EQ(broker.metrics()["requests"]["bypass_reasons"]["encoded"], 1);
}

TEST(VerbatimLane, ACutReplyIsCutForTheClientToo) {
  BrokerFixture broker("claude");
  const auto pieces = anthropic_stream("half");
  broker.backend.upstream.expect_reply(200, event_stream(), {pieces[0], pieces[1]}, UpstreamEnd::cut);
  const RecordingWriter reply = broker.post("/v1/messages", kOddBody);
  EXPECT_EQ(reply.state, RecordingWriter::State::aborted);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

TEST(VerbatimLane, WhatItCannotUnderstandIsForwardedUntouched) {
  BrokerFixture broker("claude");
  for (const std::string body :
       {R"({"model":"m","max_tokens":1,"messages":"not a list"})",
        R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"hologram"}]}]})"}) {
    broker.backend.upstream.expect_reply(200, fakes::json_type(), {"{}"});
    EXPECT_EQ(cache_status(broker.post("/v1/messages", body)), "BYPASS") << body;
    EXPECT_EQ(broker.backend.upstream.requests.back().body, body);
  }
}

TEST(VerbatimLane, OtherPathsGoUpstream) {
  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(200, fakes::json_type(), {R"({"input_tokens":3})"});
  EXPECT_EQ(broker.post("/v1/messages/count_tokens?beta=true", "{}").body, R"({"input_tokens":3})");
  broker.backend.upstream.expect_reply(200, fakes::json_type(), {"[]"});
  EXPECT_EQ(broker.get("/v1/files").body, "[]");
}

}  // namespace
}  // namespace anyclaude
