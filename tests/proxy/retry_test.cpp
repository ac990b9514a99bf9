// A call that came to nothing is made again in the rewritten lane, and never in the verbatim one.
#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::cache_status;
using fakes::chat_stream;
using fakes::event_stream;
using fakes::json_type;
using fakes::RecordingWriter;
using nlohmann::json;
using namespace std::chrono_literals;
using Waits = std::vector<std::chrono::milliseconds>;

const std::string kRequest =
    R"({"model":"m","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]})";

void expect_no_reply(BrokerFixture& broker, UpstreamEnd end) {
  broker.backend.upstream.expect({{}, {UpstreamDone{end}}});
}

void expect_refusal(BrokerFixture& broker, int status, const std::string& retry_after) {
  HeaderFields headers = json_type();
  if (!retry_after.empty()) headers.add("Retry-After", retry_after);
  broker.backend.upstream.expect_reply(status, std::move(headers), {R"({"error":{"message":"busy"}})"});
}

void expect_answer(BrokerFixture& broker) {
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"at last"}));
}

class Retry : public testing::Test {
 protected:
  RecordingWriter ask() { return broker.post("/v1/messages", kRequest); }
  int retries() { return broker.metrics()["requests"]["retries"]; }

  BrokerFixture broker{"llama-cpp"};
};

TEST_F(Retry, AConnectionIsTriedTwiceMore) {
  expect_no_reply(broker, UpstreamEnd::refused);
  expect_no_reply(broker, UpstreamEnd::connect_timed_out);
  expect_answer(broker);
  const RecordingWriter reply = ask();
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("at last"), std::string::npos);
  EXPECT_EQ(broker.waiter.waits, (Waits{250ms, 500ms}));
  EXPECT_EQ(retries(), 2);
  EXPECT_EQ(cache_status(ask()), "HIT");
}

TEST_F(Retry, TheThirdFailureIsTheClients) {
  for (int i = 0; i < 3; ++i) expect_no_reply(broker, UpstreamEnd::refused);
  EXPECT_GE(ask().status, 500);
  EXPECT_EQ(retries(), 2);
  EXPECT_EQ(broker.metrics()["requests"]["failed"], 1);
}

TEST_F(Retry, ARefusalIsWaitedForAsLongAsItSays) {
  expect_refusal(broker, 503, "3");
  expect_refusal(broker, 429, "Thu, 01 Jan 2026 00:00:05 GMT");  // two seconds after the first wait
  expect_answer(broker);
  EXPECT_EQ(ask().status, 200);
  EXPECT_EQ(broker.waiter.waits, (Waits{3s, 2s}));
}

TEST_F(Retry, WhatDoesNotFitIntoTenSecondsIsTheClientsToWaitFor) {
  expect_refusal(broker, 429, "11");
  const RecordingWriter reply = ask();
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.get("Retry-After"), "11");
  EXPECT_EQ(retries(), 0);

  expect_refusal(broker, 503, "6");
  expect_refusal(broker, 503, "6");
  EXPECT_EQ(ask().headers.get("Retry-After"), "6");
  EXPECT_EQ(broker.waiter.waits, Waits{6s}) << "twice six seconds are more than ten";
}

TEST_F(Retry, OtherFailuresAreNotTriedAgain) {
  expect_refusal(broker, 503, "");
  EXPECT_EQ(ask().status, 529);
  expect_refusal(broker, 500, "1");
  EXPECT_EQ(ask().status, 500);
  for (const UpstreamEnd end : {UpstreamEnd::cut, UpstreamEnd::first_byte_timed_out, UpstreamEnd::tls_failed,
                                UpstreamEnd::protocol}) {
    expect_no_reply(broker, end);
    EXPECT_GE(ask().status, 500) << name_of(end);
  }
  EXPECT_EQ(broker.waiter.waits, Waits{});
}

TEST_F(Retry, NothingIsTriedAgainOnceTheClientHasHeardSomething) {
  const auto pieces = chat_stream({"half"});
  broker.backend.upstream.expect_reply(200, event_stream(), {pieces[0], pieces[1]}, UpstreamEnd::refused);
  EXPECT_NE(ask().body.find("event: error"), std::string::npos);
  EXPECT_EQ(broker.waiter.waits, Waits{});
}

TEST_F(Retry, AClientThatLeavesMeanwhileIsNotAnswered) {
  expect_refusal(broker, 503, "5");
  broker.waiter.end = WaitEnd::client_left;
  EXPECT_EQ(ask().state, RecordingWriter::State::waiting);
  EXPECT_EQ(broker.metrics()["requests"]["client_left"], 1);
  EXPECT_EQ(retries(), 0);
}

TEST_F(Retry, ABrokerThatStopsAnswersAtOnce) {
  expect_refusal(broker, 503, "5");
  broker.waiter.end = WaitEnd::stopped;
  const RecordingWriter reply = ask();
  EXPECT_EQ(reply.status, 529);
  EXPECT_EQ(reply.headers.get("Retry-After"), "5");
}

TEST_F(Retry, AServerThatCameBackAsAnotherDoesNotAnswerForTheFirst) {
  broker.backend.upstream.expect(
      {[&](const UpstreamRequest&) { broker.backend.answer.fingerprint = "other"; },
       {UpstreamDone{UpstreamEnd::refused}}});
  expect_answer(broker);
  EXPECT_EQ(ask().status, 200);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

// The scripted upstream fails the test at a second call.
TEST(VerbatimRetry, EveryFailureIsTheClientsAtOnce) {
  BrokerFixture broker("claude");
  for (const UpstreamEnd end : {UpstreamEnd::refused, UpstreamEnd::connect_timed_out, UpstreamEnd::cut}) {
    expect_no_reply(broker, end);
    EXPECT_GE(broker.post("/v1/messages", kRequest).status, 500);
  }
  for (const int status : {429, 503, 529}) {
    expect_refusal(broker, status, "1");
    const RecordingWriter reply = broker.post("/v1/messages", kRequest);
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.headers.get("Retry-After"), "1");
  }
  EXPECT_EQ(broker.waiter.waits, Waits{});
  EXPECT_EQ(broker.metrics()["requests"]["retries"], 0);
}

}  // namespace
}  // namespace anyclaude
