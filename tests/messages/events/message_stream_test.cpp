#include "messages/events/message_stream.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "messages/events/message_assembler.h"
#include "tests/fakes/event_order_checker.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

Json assemble(const std::vector<MessageEvent>& events) {
  MessageAssembler assembler;
  for (const MessageEvent& event : events) assembler.feed(event.name, event.data);
  EXPECT_EQ(assembler.completeness(), MessageCompleteness::complete);
  return assembler.take();
}

TEST(MessageStream, FramesAReplyOfEveryKindOfBlock) {
  EventOrderChecker events;
  MessageStream stream(events);
  stream.start("msg_1", "model", {.input_tokens = 12});
  stream.thinking("let me ");
  stream.thinking("see");
  stream.text("Hello");
  stream.text(" there");
  stream.begin_tool_use("toolu_1", "Read");
  stream.tool_input(R"({"path":)");
  stream.tool_input(R"("/a"})");
  stream.finish(StopReason::tool_use, "",
                {.input_tokens = 10, .output_tokens = 7, .cache_read_input_tokens = 2});

  EXPECT_EQ(events.violation(), "");
  EXPECT_TRUE(events.stopped());
  const Json message = assemble(events.events);
  EXPECT_EQ(message["content"][0]["thinking"], "let me see");
  EXPECT_TRUE(message["content"][0]["signature"].get<std::string>().starts_with(kOwnThinkingSignaturePrefix));
  EXPECT_EQ(message["content"][1], Json({{"type", "text"}, {"text", "Hello there"}}));
  EXPECT_EQ(message["content"][2]["input"], Json({{"path", "/a"}}));
  EXPECT_EQ(message["stop_reason"], "tool_use");
  EXPECT_EQ(message["usage"]["input_tokens"], 10);
  EXPECT_EQ(message["usage"]["output_tokens"], 7);
  EXPECT_EQ(message["usage"]["cache_read_input_tokens"], 2);
}

TEST(MessageStream, NeverStartsWithZeroInputTokens) {
  EventOrderChecker events;
  MessageStream stream(events);
  stream.start("msg_1", "model", {});
  EXPECT_EQ(Json::parse(events.events.at(0).data)["message"]["usage"]["input_tokens"], 1);
}

TEST(MessageStream, NamesTheStopSequence) {
  EventOrderChecker events;
  MessageStream stream(events);
  stream.start("msg_1", "model", {.input_tokens = 1});
  stream.finish(StopReason::stop_sequence, "END", {});
  EXPECT_EQ(assemble(events.events)["stop_sequence"], "END");
}

TEST(MessageStream, SaysNothingBehindAnError) {
  EventOrderChecker events;
  MessageStream stream(events);
  stream.start("msg_1", "model", {.input_tokens = 1});
  stream.text("half");
  stream.error(R"({"type":"error","error":{"type":"api_error","message":"cut"}})");
  stream.text("more");
  stream.ping();
  stream.finish(StopReason::end_turn, "", {});
  EXPECT_TRUE(events.failed());
  EXPECT_EQ(events.violation(), "");
  EXPECT_EQ(events.events.back().name, "error");
}

TEST(MessageStream, SignsEqualThinkingAlike) {
  const auto signature_of = [](std::string_view text) {
    EventOrderChecker events;
    MessageStream stream(events);
    stream.start("msg_1", "model", {.input_tokens = 1});
    stream.thinking(text);
    stream.finish(StopReason::end_turn, "", {});
    return assemble(events.events)["content"][0]["signature"];
  };
  EXPECT_EQ(signature_of("a"), signature_of("a"));
  EXPECT_NE(signature_of("a"), signature_of("b"));
}

RC_GTEST_PROP(MessageStream, AnySequenceOfCallsGivesALawfulStream, ()) {
  EventOrderChecker events;
  MessageStream stream(events);
  for (const int call : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
    if (call <= 2) stream.start("msg_1", "model", {.input_tokens = 3});
    if (call == 3 || call == 4) stream.text(*rc::gen::arbitrary<std::string>());
    if (call == 5 || call == 6) stream.thinking(*rc::gen::arbitrary<std::string>());
    if (call == 7) stream.begin_tool_use("toolu_1", "Bash");
    if (call == 8) stream.tool_input("{}");
    if (call == 9) stream.ping();
    if (call == 10) stream.finish(StopReason::end_turn, "", {.output_tokens = 1});
    if (call == 11) stream.error(R"({"type":"error","error":{}})");
  }
  RC_ASSERT(events.violation() == "");
}

}  // namespace
}  // namespace anyclaude
