#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::json_type;
using fakes::RecordingWriter;
using nlohmann::json;

const std::string kQuestion =
    R"({"model":"m","system":"be brief","messages":[{"role":"user","content":"how \"many\"?"}]})";

RecordingWriter count(BrokerFixture& broker) {
  return broker.post("/v1/messages/count_tokens", kQuestion);
}

void expect_estimated(const RecordingWriter& reply) {
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("x-anyclaude-token-count"), "estimated");
  EXPECT_GT(json::parse(reply.body)["input_tokens"], 0);
}

TEST(CountTokens, LlamaCppRendersAndCutsThePromptItself) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, json_type(), {R"({"prompt":"<s>how \"many\"?\n"})"});
  broker.backend.upstream.expect_reply(200, json_type(), {R"({"tokens":[1,2,3,4,5]})"});
  const RecordingWriter reply = count(broker);
  EXPECT_EQ(json::parse(reply.body), json({{"input_tokens", 5}}));
  EXPECT_EQ(reply.headers.get("x-anyclaude-token-count"), "exact");
  const auto& asked = broker.backend.upstream.requests;
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].target, "/apply-template");
  EXPECT_EQ(json::parse(asked[0].body)["messages"][1]["content"], "how \"many\"?");
  EXPECT_EQ(asked[1].target, "/tokenize");
  EXPECT_EQ(json::parse(asked[1].body),
            json({{"content", "<s>how \"many\"?\n"}, {"add_special", true}, {"parse_special", true}}));
}

TEST(CountTokens, VllmTakesTheConversation) {
  BrokerFixture broker("vllm");
  broker.backend.upstream.expect_reply(200, json_type(), {R"({"count":7,"max_model_len":100,"tokens":[]})"});
  const RecordingWriter reply = count(broker);
  EXPECT_EQ(json::parse(reply.body), json({{"input_tokens", 7}}));
  EXPECT_EQ(reply.headers.get("x-anyclaude-token-count"), "exact");
  EXPECT_EQ(broker.backend.upstream.requests.at(0).target, "/tokenize");
}

TEST(CountTokens, AServerThatCannotCountIsEstimated) {
  BrokerFixture openai("openai");
  expect_estimated(count(openai));

  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(404, json_type(), {"{}"});
  expect_estimated(count(broker));
  broker.backend.upstream.expect_reply(200, json_type(), {R"({"prompt":"p"})"});
  broker.backend.upstream.expect_reply(200, json_type(), {R"({"tokens":"many"})"});
  expect_estimated(count(broker));
  broker.backend.upstream.expect({{}, {UpstreamDone{UpstreamEnd::refused}}});
  expect_estimated(count(broker));
}

TEST(CountTokens, AServerThatIsNotThereIsNotAsked) {
  BrokerFixture broker("llama-cpp");
  broker.backend.error = Error{ErrorKind::unavailable, ErrorSource::upstream, Retry::later, "no answer"};
  expect_estimated(count(broker));
}

}  // namespace
}  // namespace anyclaude
