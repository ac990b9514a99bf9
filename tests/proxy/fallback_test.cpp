// A server that is down: who stands in, what the client hears of it, and what it may cost.
#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::cache_status;
using fakes::RecordingWriter;
using nlohmann::json;

std::string body(const std::string& text = "hello", std::size_t padding = 0) {
  return json{{"model", "m"},
              {"max_tokens", 50},
              {"messages", {{{"role", "user"}, {"content", text + std::string(padding, 'x')}}}}}
      .dump();
}

void expect_end(fakes::FakeBackend& backend, UpstreamEnd end) {
  fakes::ScriptedExchange exchange;
  exchange.signals = {UpstreamDone{end}};
  backend.upstream.expect(std::move(exchange));
}
void expect_status(fakes::FakeBackend& backend, int status) {
  backend.upstream.expect_reply(status, fakes::json_type(), {R"({"error":{"message":"no"}})"});
}
void expect_chat(fakes::FakeBackend& backend, const std::string& text) {
  backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({text}));
}
std::string fallback_of(const RecordingWriter& reply) {
  return std::string(reply.headers.get("x-anyclaude-fallback"));
}

class Fallback : public ::testing::Test {
 protected:
  BrokerFixture broker{"llama-cpp", {}, {{{"spare", "openai"}, {"far", "claude"}}, {}, {"spare", "far"}}};
  fakes::FakeBackend& first = broker.backend;
  fakes::FakeBackend& spare = *broker.others.at("spare");
  fakes::FakeBackend& far = *broker.others.at("far");
};

TEST_F(Fallback, AnotherServerAnswersAndTheClientIsTold) {
  expect_end(first, UpstreamEnd::refused);
  expect_chat(spare, "from the spare");
  const RecordingWriter reply = broker.post("/v1/messages", body());
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("from the spare"), std::string::npos);
  EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), "spare");
  EXPECT_EQ(fallback_of(reply), "from=llama-cpp;reason=unreachable");
  EXPECT_EQ(cache_status(reply), "MISS");
  EXPECT_NE(broker.log_text.str().find("spare stands in"), std::string::npos);
  const json metrics = broker.metrics()["backends"];
  EXPECT_EQ(metrics["llama-cpp"]["failures"]["unreachable"], 1);
  EXPECT_EQ(metrics["spare"]["stood_in"], 1);
  EXPECT_EQ(metrics["spare"]["requests"], 1);
}

TEST_F(Fallback, TheAnswerIsKeptUnderTheKeyOfTheServerThatGaveIt) {
  expect_end(first, UpstreamEnd::refused);
  expect_chat(spare, "from the spare");
  const std::string key(broker.post("/v1/messages", body()).headers.get("x-anyclaude-cache-key"));
  broker.clock.advance(limits::kServerLeftAloneTime + std::chrono::seconds(1));
  expect_chat(first, "from the first");
  const RecordingWriter again = broker.post("/v1/messages", body());
  EXPECT_EQ(cache_status(again), "MISS") << "the spare's answer is not the first one's";
  EXPECT_NE(again.headers.get("x-anyclaude-cache-key"), key);
}

TEST_F(Fallback, AServerThatFailedIsLeftAloneForAWhile) {
  expect_end(first, UpstreamEnd::name_not_resolved);
  expect_chat(spare, "one");
  EXPECT_EQ(fallback_of(broker.post("/v1/messages", body("one"))), "from=llama-cpp;reason=name_not_resolved");
  expect_chat(spare, "two");
  EXPECT_EQ(fallback_of(broker.post("/v1/messages", body("two"))), "from=llama-cpp;reason=left_alone");
  broker.clock.advance(limits::kServerLeftAloneTime);
  expect_chat(first, "back again");
  const RecordingWriter back = broker.post("/v1/messages", body("three"));
  EXPECT_EQ(fallback_of(back), "");
  expect_chat(first, "and stays");
  EXPECT_EQ(broker.post("/v1/messages", body("four")).headers.get("x-anyclaude-backend"), "llama-cpp");
}

TEST_F(Fallback, TheChainGoesOnUntilSomebodyAnswersAlsoAcrossLanes) {
  expect_status(first, 503);
  expect_end(spare, UpstreamEnd::connect_timed_out);
  far.upstream.expect_reply(200, fakes::event_stream(), fakes::anthropic_stream("from afar"));
  const RecordingWriter reply = broker.post("/v1/messages", body());
  EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), "far");
  EXPECT_EQ(fallback_of(reply), "from=llama-cpp;reason=server_error");
  EXPECT_EQ(far.upstream.requests[0].body, body()) << "byte for byte";
}

TEST_F(Fallback, WhenNobodyIsLeftTheLastErrorIsTold) {
  expect_end(first, UpstreamEnd::refused);
  expect_end(spare, UpstreamEnd::refused);
  expect_status(far, 529);
  const RecordingWriter reply = broker.post("/v1/messages", body());
  EXPECT_EQ(reply.status, 529) << "the last one's own reply, as it came";
  EXPECT_EQ(reply.body, R"({"error":{"message":"no"}})");
}

TEST_F(Fallback, ARequestThatIsRefusedForItselfGoesToNobodyElse) {
  expect_status(first, 400);
  const RecordingWriter reply = broker.post("/v1/messages", body());
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), "llama-cpp");
  EXPECT_EQ(fallback_of(reply), "");
}

TEST_F(Fallback, NothingIsSaidTwiceOnceTheClientHasHeardSomething) {
  const auto pieces = fakes::chat_stream({"half"});
  first.upstream.expect_reply(200, fakes::event_stream(), {pieces[0], pieces[1]}, UpstreamEnd::cut);
  const RecordingWriter reply =
      broker.post("/v1/messages",
                  R"({"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]})");
  EXPECT_NE(reply.body.find("event: error"), std::string::npos);
}

TEST(FallbackFromAnthropic, ItsErrorsAreWithheldOnlyWhenSomebodyStandsIn) {
  BrokerFixture broker("claude", {}, {{{"local", "llama-cpp"}}, {}, {"local"}});
  expect_status(broker.backend, 529);
  expect_chat(*broker.others.at("local"), "local answer");
  const RecordingWriter reply = broker.post("/v1/messages", body());
  EXPECT_NE(reply.body.find("local answer"), std::string::npos);
  EXPECT_EQ(fallback_of(reply), "from=claude;reason=server_error");
  expect_status(broker.backend, 429);
  EXPECT_EQ(broker.post("/v1/messages", body("other")).status, 429) << "a limit is not a failure";
}

class CostCap : public ::testing::Test {
 protected:
  // A prompt token costs a cent, an output token two.
  BrokerFixture broker{
      "llama-cpp", {}, {{{"paid", "openai"}}, {}, {"paid"}, {{"paid", 10'000, 20'000, 1'000, 2.0}}}};
  fakes::FakeBackend& first = broker.backend;
  fakes::FakeBackend& paid = *broker.others.at("paid");
};

TEST_F(CostCap, AStandInThatWouldPassItsCapIsSkippedAndTheCapIsNamed) {
  // The scripted reply says 60 tokens read, 40 held and 5 written: 60 + 4 + 10 cents.
  for (const char* text : {"one", "two"}) {
    expect_end(first, UpstreamEnd::refused);
    expect_chat(paid, text);
    EXPECT_EQ(broker.post("/v1/messages", body(text)).status, 200);
    broker.clock.advance(limits::kServerLeftAloneTime);
  }
  const json cost = broker.metrics()["backends"]["paid"]["cost"];
  EXPECT_GT(cost["today_usd"]["measured"].get<double>(), 1.2);
  EXPECT_EQ(cost["today_usd"]["estimated"], 0.0);

  // With nobody to stand in the server itself is tried again.
  for (int call = 0; call < 3; ++call) expect_end(first, UpstreamEnd::refused);
  const RecordingWriter refused = broker.post("/v1/messages", body("three", 400));
  EXPECT_GE(refused.status, 500);
  EXPECT_NE(refused.body.find("cost_cap_usd_per_day"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("$2.00"), std::string::npos) << refused.body;
  EXPECT_EQ(fallback_of(refused), "from=llama-cpp;reason=unreachable;too_costly=paid");
}

TEST_F(CostCap, AServerThatSomebodyChoseKeepsToItsCapToo) {
  ASSERT_TRUE(broker.backends.switch_to("paid"));
  const RecordingWriter refused = broker.post("/v1/messages", body("long", 1'000));
  EXPECT_EQ(refused.status, 403) << "an error that a client does not send again for ever";
  EXPECT_NE(refused.body.find("cost_cap_usd_per_day"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
