// A conversation moves to Anthropic: a local model's thinking is cut out of the bytes, and nothing else is.
#include "proxy/own_thinking.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "broker_fixture.h"
#include "canonical/request_rewrites.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::RecordingWriter;

std::optional<WithoutOwnThinking> cut(const std::string& body) {
  const auto document = JsonDocument::parse(body);
  EXPECT_TRUE(document);
  return cut_own_thinking(*document);
}

TEST(OwnThinking, GoesWithItsCommaAndEveryOtherByteStays) {
  const auto result = cut(
      R"( {"messages" : [{"role":"user","content":"x"}, {"role":"assistant","content":[ {"type":"thinking",)"
      R"("thinking":"a, ] \" b","signature":"anyclaude1:00"} , {"type":"text","text":"y"}]}] ,"model":"m"} )");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->blocks, 1u);
  EXPECT_EQ(
      result->body,
      R"( {"messages" : [{"role":"user","content":"x"}, {"role":"assistant","content":[ {"type":"text","text":"y"}]}] ,"model":"m"} )");
}

TEST(OwnThinking, AMessageThatHeldNothingElseGoesToo) {
  const auto result =
      cut(R"({"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking",)"
          R"("thinking":"a","signature":"anyclaude1:1"}]},{"role":"user","content":"z"}]})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, R"({"messages":[{"role":"user","content":"x"},{"role":"user","content":"z"}]})");
}

TEST(OwnThinking, WhatOnlyLooksLikeItStays) {
  for (
      const char* body :
      {R"({"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"EqQB"}]}]})",
       R"({"messages":[{"role":"assistant","content":[{"type":"text","text":"anyclaude1:"}]}]})",
       R"({"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[)"
       R"({"type":"thinking","signature":"anyclaude1:1"}]}]}]})",
       R"({"thinking":{"type":"thinking","signature":"anyclaude1:1"},"messages":"none"})", "[]", "1"})
    EXPECT_FALSE(cut(body)) << body;
}

// Messages with own thinking put in here and there; how many blocks, and whether a message holds nothing
// else.
std::size_t plant(Json& request, Random& random) {
  std::size_t planted = 0;
  for (Json& message : request["messages"]) {
    if (!message.is_object() || !message.contains("content") || !message["content"].is_array()) continue;
    for (std::size_t count = random.below(3); count > 0; --count) {
      Json& content = message["content"];
      const Json block = {{"type", "thinking"},
                          {"thinking", random.word() + ",]}\"" + random.word()},
                          {"signature", "anyclaude1:" + random.word()}};
      content.insert(content.begin() + static_cast<std::ptrdiff_t>(random.below(content.size() + 1)), block);
      ++planted;
    }
  }
  return planted;
}

RC_GTEST_PROP(OwnThinkingProperty, ExactlyTheOwnBlocksAreGoneHoweverItIsSpelled, (std::uint64_t seed)) {
  Random random(seed);
  Json request = random_request(random);
  // Messages that a plant would leave alone in stay out of it: they go as a whole, which is another test's.
  for (Json& message : request["messages"])
    if (message["content"].is_array() && message["content"].empty()) message["content"] = "text";
  const std::string before = request.dump();
  RC_ASSERT(!cut(spelled_at_random(request, random)));
  const std::size_t planted = plant(request, random);
  const std::string spelled = spelled_at_random(request, random);
  const auto result = cut(spelled);
  RC_ASSERT(result.has_value() == (planted > 0));
  if (!result) return;
  RC_ASSERT(result->blocks == planted);
  // The same value as before, as nlohmann reads it, whatever the order of keys.
  RC_ASSERT(nlohmann::json::parse(result->body) == nlohmann::json::parse(before));
}

TEST(OwnThinkingMoves, ALocalModelsThinkingIsCutOnTheWayToAnthropicCountedAndNamed) {
  BrokerFixture broker("claude");
  const std::string head =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[)";
  const std::string own = R"({"type":"thinking","thinking":"hm","signature":"anyclaude1:ab"},)";
  const std::string rest = R"({"type":"text","text":"y"}]},{"role":"user","content":"z"}]})";
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::anthropic_stream("fine"));
  const RecordingWriter reply = broker.post("/v1/messages", head + own + rest);
  EXPECT_EQ(broker.backend.upstream.requests[0].body, head + rest);
  EXPECT_EQ(reply.headers.get("x-anyclaude-own-thinking-removed"), "1");
  EXPECT_EQ(broker.metrics()["own_thinking_removed"]["requests"], 1);
  EXPECT_EQ(broker.metrics()["own_thinking_removed"]["blocks"], 1);
  EXPECT_EQ(fakes::cache_status(broker.post("/v1/messages", head + rest)), "HIT")
      << "the key is of what went upstream";
  broker.backend.upstream.expect_reply(200, fakes::json_type(), {R"({"input_tokens":3})"});
  (void)broker.post("/v1/messages/count_tokens", head + own + rest);
  EXPECT_EQ(broker.backend.upstream.requests[1].body, head + rest);
}

TEST(OwnThinkingMoves, InTheRewrittenLaneItStaysWhatItIs) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"fine"}));
  const RecordingWriter reply = broker.post(
      "/v1/messages",
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[)"
      R"({"type":"thinking","thinking":"a-local-thought","signature":"anyclaude1:ab"},{"type":"text","text":"y"}]},)"
      R"({"role":"user","content":"z"}]})");
  EXPECT_FALSE(reply.headers.has("x-anyclaude-own-thinking-removed"));
  EXPECT_NE(broker.backend.upstream.requests[0].body.find("a-local-thought"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
