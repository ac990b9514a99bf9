#include "messages/events/message_assembler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json_text.h"
#include "tests/fakes/event_order_checker.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m",)"
    R"("content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1,)"
    R"("service_tier":"standard"}}})";
constexpr std::string_view kDelta =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
    R"("usage":{"output_tokens":9}})";

class Feeder {
 public:
  Feeder() { say("message_start", kStart); }
  Feeder& say(std::string_view name, std::string_view data) {
    assembler.feed(name, data);
    return *this;
  }
  Feeder& open(std::string_view block) {
    return say("content_block_start",
               R"({"type":"content_block_start","index":0,"content_block":)" + std::string(block) + "}");
  }
  Feeder& delta(std::string_view delta) {
    return say("content_block_delta",
               R"({"type":"content_block_delta","index":0,"delta":)" + std::string(delta) + "}");
  }
  Feeder& close() { return say("content_block_stop", R"({"type":"content_block_stop","index":0})"); }
  MessageCompleteness end() {
    say("message_delta", kDelta).say("message_stop", R"({"type":"message_stop"})");
    return assembler.completeness();
  }
  Json block() const { return assembler.message()["content"][0]; }

  MessageAssembler assembler;
};

TEST(MessageAssembler, KeepsEveryKindOfDelta) {
  Feeder text;
  text.open(R"({"type":"text","text":""})").delta(R"({"type":"text_delta","text":"a"})");
  text.delta(R"({"type":"citations_delta","citation":{"url":"u"}})");
  text.delta(R"({"type":"text_delta","text":"b"})").close();
  EXPECT_EQ(text.end(), MessageCompleteness::complete);
  EXPECT_EQ(text.block(), Json::parse(R"({"type":"text","text":"ab","citations":[{"url":"u"}]})"));

  Feeder thinking;
  thinking.open(R"({"type":"thinking","thinking":"","signature":""})");
  thinking.delta(R"({"type":"thinking_delta","thinking":"hm"})");
  thinking.delta(R"({"type":"signature_delta","signature":"sig"})").close();
  EXPECT_EQ(thinking.end(), MessageCompleteness::complete);
  EXPECT_EQ(thinking.block(), Json::parse(R"({"type":"thinking","thinking":"hm","signature":"sig"})"));

  Feeder call;
  call.open(R"({"type":"tool_use","id":"t","name":"Read","input":{}})");
  call.delta(R"({"type":"input_json_delta","partial_json":""})");
  call.delta(R"({"type":"input_json_delta","partial_json":"{\"a\""})");
  call.delta(R"({"type":"input_json_delta","partial_json":":1}"})").close();
  EXPECT_EQ(call.end(), MessageCompleteness::complete);
  EXPECT_EQ(call.block()["input"], Json({{"a", 1}}));
}

// Members in another order than the alphabet's, white space and numbers that no parser keeps.
TEST(MessageAssembler, KeepsTheInputOfACallAsTheModelWroteIt) {
  const std::string input = R"({"b": 1.0, "a": 123456789012345678901, "c": {"z":1e3,"y":-0}})";
  Feeder call;
  call.open(R"({"type":"tool_use","id":"t","name":"Read","input":{}})");
  call.delta(R"({"type":"input_json_delta","partial_json":)" + json_string(input) + '}').close();
  ASSERT_EQ(call.end(), MessageCompleteness::complete);
  const std::string text = call.assembler.whole().text_without_id();
  EXPECT_NE(text.find(R"("input":)" + input + '}'), text.npos) << text;
  const auto stored = WholeMessage::parse(text);
  ASSERT_TRUE(stored);
  EventOrderChecker events;
  replay_message(*stored, events);
  std::string said;
  for (const MessageEvent& event : events.events)
    if (event.name == "content_block_delta") said += Json::parse(event.data)["delta"]["partial_json"];
  EXPECT_EQ(said, input);
}

TEST(MessageAssembler, MergesUsageAndUnknownFields) {
  Feeder feeder;
  feeder.say(
      "message_delta",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,)"
      R"("container":{"id":"c"}},"usage":{"output_tokens":9},"context_management":{"applied_edits":[]}})");
  feeder.say("message_stop", R"({"type":"message_stop"})");
  ASSERT_EQ(feeder.assembler.completeness(), MessageCompleteness::complete);
  const Json& message = feeder.assembler.message();
  EXPECT_EQ(message["usage"],
            Json::parse(R"({"input_tokens":5,"output_tokens":9,"service_tier":"standard"})"));
  EXPECT_EQ(message["container"]["id"], "c");
  EXPECT_TRUE(message.contains("context_management"));
}

TEST(MessageAssembler, KeepsUnknownBlocksWhole) {
  Feeder feeder;
  feeder.open(R"({"type":"web_search_tool_result","content":[1,2]})").close();
  EXPECT_EQ(feeder.end(), MessageCompleteness::complete);
  EXPECT_EQ(feeder.block()["content"], Json({1, 2}));
}

TEST(MessageAssembler, IgnoresPingAndUnknownEvents) {
  Feeder feeder;
  feeder.say("ping", "{}").say("new_kind_of_event", R"({"type":"new_kind_of_event"})");
  feeder.open(R"({"type":"text","text":""})").close();
  EXPECT_EQ(feeder.end(), MessageCompleteness::complete);
}

TEST(MessageAssembler, ReportsAnErrorEvent) {
  Feeder feeder;
  feeder.open(R"({"type":"text","text":""})");
  feeder.say("error", R"({"type":"error","error":{"type":"overloaded_error"}})");
  EXPECT_EQ(feeder.assembler.completeness(), MessageCompleteness::failed);
  EXPECT_EQ(Json::parse(feeder.assembler.error_json())["error"]["type"], "overloaded_error");
  EXPECT_EQ(feeder.end(), MessageCompleteness::failed);
}

TEST(MessageAssembler, IsIncompleteUntilTheEnd) {
  MessageAssembler nothing;
  EXPECT_EQ(nothing.completeness(), MessageCompleteness::nothing);
  Feeder feeder;
  EXPECT_EQ(feeder.assembler.completeness(), MessageCompleteness::incomplete);
  feeder.say("message_delta", kDelta);
  EXPECT_EQ(feeder.assembler.completeness(), MessageCompleteness::incomplete);
}

TEST(MessageAssembler, RefusesWhatCannotBePutTogether) {
  const auto ends_incomplete = [](auto feed) {
    Feeder feeder;
    feed(feeder);
    return feeder.end() == MessageCompleteness::incomplete;
  };
  const char* text = R"({"type":"text","text":""})";
  const char* call = R"({"type":"tool_use","id":"t","name":"n","input":{}})";
  const char* piece = R"({"type":"input_json_delta","partial_json":"{\"a\":"})";
  const char* list = R"({"type":"input_json_delta","partial_json":"[1]"})";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(text); })) << "block left open";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(text).open(text).close(); })) << "two open";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(text).close().close(); })) << "closed twice";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(text).delta(piece).close(); })) << "wrong delta";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(text).delta(R"({"type":"new"})").close(); }));
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(call).delta(piece).close(); })) << "cut input";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.open(call).delta(list).close(); })) << "input no object";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.say("message_start", kStart); })) << "two starts";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.say("content_block_stop", "{"); })) << "not JSON";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.say("content_block_stop", "[]"); })) << "no object";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) { f.say("message_delta", kDelta).open(text).close(); }));
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) {
    f.say("message_delta", R"({"type":"message_delta","delta":{"content":3}})");
  })) << "content overwritten";
  EXPECT_TRUE(ends_incomplete([&](Feeder& f) {
    f.open(R"({"type":"x","a":)" + std::string(5000, '[') + std::string(5000, ']') + "}").close();
  })) << "too deep";
}

TEST(MessageAssembler, IsIncompleteBehindItsOwnEnd) {
  Feeder feeder;
  ASSERT_EQ(feeder.end(), MessageCompleteness::complete);
  feeder.open(R"({"type":"text","text":""})");
  EXPECT_EQ(feeder.assembler.completeness(), MessageCompleteness::incomplete);
}

rc::Gen<Json> any_text() {
  // Text beyond ASCII, and the characters that JSON escapes.
  return rc::gen::map(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6)), [](std::vector<int> picks) {
        static const char* kPieces[] = {"a", "\"", "\n", "\\", "\xC3\xA9", "\xF0\x9F\x98\x80"};
        std::string text;
        for (const int pick : picks) text += kPieces[pick];
        return Json(text);
      });
}

Json any_block() {
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return {{"type", "text"}, {"text", *any_text()}};
    case 1:
      return {{"type", "text"}, {"text", *any_text()}, {"citations", Json::array({{{"q", *any_text()}}, 2})}};
    case 2:
      return {{"type", "text"}, {"text", *any_text()}, {"citations", nullptr}};
    case 3:
      return {{"type", "thinking"}, {"thinking", *any_text()}, {"signature", *any_text()}};
    case 4:
      return {{"type", "redacted_thinking"}, {"data", *any_text()}};
    case 5:
      return {{"type", *rc::gen::element("tool_use", "server_tool_use", "mcp_tool_use")},
              {"id", "toolu_1"},
              {"name", "Read"},
              {"caller", {{"type", "direct"}}},
              {"input", *rc::gen::element(Json::object(), Json({{"a", {1, 2.5, nullptr}}, {"b", "\n"}}))}};
    default:
      return {{"type", "future_block"}, {"text", *any_text()}, {"list", {1, {{"k", "v"}}}}};
  }
}

RC_GTEST_PROP(MessageAssembler, UndoesAReplay, ()) {
  Json message = {{"id", "msg_1"},
                  {"type", "message"},
                  {"role", "assistant"},
                  {"model", "m"},
                  {"content", Json::array()},
                  {"stop_reason", "end_turn"},
                  {"container", {{"id", "c"}}}};
  message["stop_sequence"] = *rc::gen::element(Json(), Json("END"));
  message["usage"] = {{"input_tokens", 3}, {"output_tokens", *rc::gen::inRange(0u, 9u)}, {"tier", "x"}};
  const int blocks = *rc::gen::inRange(0, 5);
  for (int i = 0; i < blocks; ++i) message["content"].push_back(any_block());

  EventOrderChecker events;
  replay_message({message, {}, {}}, events);
  RC_ASSERT(events.violation() == "");
  RC_ASSERT(events.stopped());
  MessageAssembler assembler;
  for (const MessageEvent& event : events.events) assembler.feed(event.name, event.data);
  RC_ASSERT(assembler.completeness() == MessageCompleteness::complete);
  RC_ASSERT(Json(assembler.message()) == message);
}

}  // namespace
}  // namespace anyclaude
