#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/backend/decoding.h"
#include "tests/backend/recorded_replies.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

Json content_of_chunks(const std::vector<std::string>& chunks) {
  return decoded(data_lines(chunks) + "data: [DONE]\n\n")["content"];
}

TEST(ChatDecoder, ReadsALlamaCppStream) {
  Decoding decoding;
  decoding.feed(llama_cpp_stream()).end();
  const Json message = decoding.message();
  ASSERT_EQ(message["content"].size(), 4u);
  EXPECT_EQ(message["content"][0]["thinking"], "I should read.");
  EXPECT_EQ(message["content"][1]["text"], "Reading \xC3\xA9 \xF0\x9F\x98\x80 now.");
  EXPECT_EQ(message["content"][2]["name"], "Read");
  EXPECT_EQ(message["content"][2]["input"], Json({{"path", "/a}"}}));
  EXPECT_EQ(message["content"][3]["name"], "Bash");
  EXPECT_EQ(message["stop_reason"], "tool_use");
  EXPECT_EQ(message["id"], "msg_1");
  EXPECT_EQ(message["model"], "claude-opus");
  EXPECT_EQ(message["usage"]["input_tokens"], 20);
  EXPECT_EQ(message["usage"]["cache_read_input_tokens"], 100);
  EXPECT_EQ(message["usage"]["output_tokens"], 21);
  const UpstreamReport& report = decoding.decoder->report();
  EXPECT_EQ(report.prompt_tokens, 120u);
  EXPECT_EQ(report.cached_tokens, 100u);
  EXPECT_EQ(report.prefill_ms, 52.5);
}

TEST(ChatDecoder, NeverMixesCallsThatTheServerMixes) {
  const Json content = decoded(openai_stream())["content"];
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(content[1]["name"], "Read");
  EXPECT_EQ(content[1]["input"], Json({{"path", "/x"}}));
  EXPECT_EQ(content[2]["name"], "Grep");
  EXPECT_EQ(content[2]["input"], Json({{"q", "y"}}));
}

TEST(ChatDecoder, ReadsAVllmStream) {
  Decoding decoding;
  decoding.feed(vllm_stream()).end();
  const Json message = decoding.message();
  EXPECT_EQ(message["content"][0]["thinking"], "short");
  EXPECT_EQ(message["content"][1]["text"], "one two");
  EXPECT_EQ(message["stop_reason"], "stop_sequence");
  EXPECT_EQ(message["stop_sequence"], "END");
  EXPECT_EQ(message["usage"]["input_tokens"], 30);
  EXPECT_EQ(decoding.decoder->report().cached_tokens, std::nullopt);
}

TEST(ChatDecoder, ReadsAnMlxStream) {
  const Json message = decoded(mlx_stream());
  EXPECT_EQ(message["content"][0]["text"], "Sure.");
  EXPECT_EQ(message["content"][1]["name"], "Now");
  EXPECT_EQ(message["content"][1]["input"], Json::object());
  EXPECT_EQ(message["stop_reason"], "tool_use");
}

TEST(ChatDecoder, ReadsAWholeReply) {
  for (const char* type : {"application/json", "text/event-stream", ""}) {
    const Json message = decoded(whole_reply(), type);
    ASSERT_EQ(message["content"].size(), 3u) << type;
    EXPECT_EQ(message["content"][0]["thinking"], "hm");
    EXPECT_EQ(message["content"][1]["text"], "Hello");
    EXPECT_EQ(message["content"][2]["input"], Json({{"p", 1}}));
    EXPECT_EQ(message["usage"]["output_tokens"], 3);
  }
}

TEST(ChatDecoder, SaysTheFirstDeltaAtOnce) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(R"("role":"assistant")")}));
  EXPECT_TRUE(decoding.events.events.empty());
  decoding.feed(data_lines({delta_chunk(R"("content":"H")")}));
  ASSERT_EQ(decoding.events.events.size(), 3u);
  EXPECT_EQ(decoding.events.events[0].name, "message_start");
  EXPECT_EQ(Json::parse(decoding.events.events[0].data)["message"]["usage"]["input_tokens"], 500);
  EXPECT_EQ(decoding.events.events[2].name, "content_block_delta");
}

TEST(ChatDecoder, ArgumentsStreamAsTheyCome) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(
      R"("tool_calls":[{"index":0,"id":"a","function":{"name":"Write","arguments":"{\"te"}}])")}));
  EXPECT_EQ(Json::parse(decoding.events.events.back().data)["delta"]["partial_json"], "{\"te");
}

TEST(ChatDecoder, GivesEachCallAFreshId) {
  const Json first = decoded(whole_reply())["content"][2];
  const Json second = decoded(whole_reply())["content"][2];
  const auto id = first["id"].get<std::string>();
  EXPECT_TRUE(id.starts_with("toolu_"));
  EXPECT_EQ(id.size(), 30u);
  EXPECT_NE(first["id"], second["id"]);
}

TEST(ChatDecoder, CallsMayLackIndexIdOrHaveArgumentsAsObject) {
  const Json content =
      content_of_chunks({delta_chunk(R"("tool_calls":[{"function":{"name":"A","arguments":{"x":1}}},)"
                                     R"({"function":{"name":"B","arguments":"{\"y\":2}"}}])"),
                         delta_chunk("", R"("tool_calls")")});
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[0]["input"], Json({{"x", 1}}));
  EXPECT_EQ(content[1]["input"], Json({{"y", 2}}));
}

TEST(ChatDecoder, TellsCallsOfOneIndexApartByTheirIds) {
  const Json content = content_of_chunks(
      {delta_chunk(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"A","arguments":"{}"}}])"),
       delta_chunk(R"("tool_calls":[{"index":0,"id":"b","function":{"name":"B","arguments":"{}"}}])"),
       delta_chunk("", R"("tool_calls")")});
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[1]["name"], "B");
}

TEST(ChatDecoder, TextBehindAnUnfinishedCallWaitsForItsEnd) {
  const Json content = content_of_chunks(
      {delta_chunk(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"A","arguments":"{\"x\":"}}])"),
       delta_chunk(R"("content":"aside")"),
       delta_chunk(R"("tool_calls":[{"index":0,"function":{"arguments":"1}"}}])"),
       delta_chunk("", R"("tool_calls")")});
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[0]["input"], Json({{"x", 1}}));
  EXPECT_EQ(content[1]["text"], "aside");
}

TEST(ChatDecoder, DropsBlocksOfNothingButWhiteSpace) {
  const Json content = content_of_chunks(
      {delta_chunk(R"("reasoning_content":"\n\n")"), delta_chunk(R"("content":"\n\n")"),
       delta_chunk(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"A","arguments":"{}"}}])"),
       delta_chunk(R"("content":"\n")"), delta_chunk("", R"("tool_calls")")});
  ASSERT_EQ(content.size(), 1u);
  EXPECT_EQ(content[0]["type"], "tool_use");
}

TEST(ChatDecoder, KeepsWhiteSpaceThatBelongsToText) {
  const Json content = content_of_chunks({delta_chunk(R"("content":"\n ")"), delta_chunk(R"("content":"a")"),
                                          delta_chunk(R"("content":"\n")"), delta_chunk("", R"("stop")")});
  EXPECT_EQ(content[0]["text"], "\n a\n");
}

TEST(ChatDecoder, MapsFinishReasons) {
  const auto reason = [](const std::string& said, const std::string& delta = R"("content":"x")") {
    return decoded(
        data_lines({delta_chunk(delta), delta_chunk("", '"' + said + '"'), "[DONE]"}))["stop_reason"];
  };
  const std::string call = R"("tool_calls":[{"index":0,"function":{"name":"A","arguments":"{}"}}])";
  EXPECT_EQ(reason("stop"), "end_turn");
  EXPECT_EQ(reason("length"), "max_tokens");
  EXPECT_EQ(reason("content_filter"), "refusal");
  EXPECT_EQ(reason("tool_calls"), "end_turn");
  EXPECT_EQ(reason("tool_calls", call), "tool_use");
  EXPECT_EQ(reason("stop", call), "tool_use");
  EXPECT_EQ(reason("length", call), "max_tokens");
  EXPECT_EQ(reason("stop", R"("refusal":"No.")"), "refusal");
}

TEST(ChatDecoder, AStopStringNobodyAskedForIsAnEnd) {
  Decoding decoding(kEventStream, {});
  decoding.feed(vllm_stream()).end();
  EXPECT_EQ(decoding.message()["stop_reason"], "end_turn");
}

TEST(ChatDecoder, EstimatesUsageThatTheServerDoesNotGive) {
  const Json usage =
      decoded(data_lines({delta_chunk(R"("content":"hello world")"),
                          R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}})",
                          delta_chunk("", R"("stop")")}))["usage"];
  EXPECT_EQ(usage["input_tokens"], 500);
  EXPECT_GT(usage["output_tokens"], 0);
}

TEST(ChatDecoder, ClampsCachedTokens) {
  const Json usage = decoded(data_lines(
      {delta_chunk(R"("content":"x")", R"("stop")"),
       R"({"choices":[],"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":12}}})"}))
      ["usage"];
  EXPECT_EQ(usage["input_tokens"], 0);
  EXPECT_EQ(usage["cache_read_input_tokens"], 10);
}

TEST(ChatDecoder, ReadsLlamaCppTimingsWithoutUsage) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(R"("content":"x")", R"("stop")"),
                            R"({"choices":[],"timings":{"cache_n":30,"prompt_n":5,"predicted_n":2}})"}));
  decoding.end();
  EXPECT_EQ(decoding.decoder->report().prompt_tokens, 35u);
  EXPECT_EQ(decoding.decoder->report().cached_tokens, 30u);
  EXPECT_EQ(decoding.decoder->report().output_tokens, 2u);
}

TEST(ChatDecoder, SurvivesTextThatIsNotUtf8) {
  const Json content =
      content_of_chunks({delta_chunk("\"content\":\"a\xff\""), delta_chunk(R"("content":"\ud83d b")"),
                         delta_chunk("", R"("stop")")});
  EXPECT_EQ(content[0]["text"], "a\xEF\xBF\xBD\xEF\xBF\xBD b");
}

// --- Any split gives the same events ---

std::vector<std::pair<std::string, Json>> events_of(Decoding& decoding) {
  std::map<std::string, std::string> numbered;
  std::vector<std::pair<std::string, Json>> out;
  for (const MessageEvent& event : decoding.events.events) {
    Json data = Json::parse(event.data);
    if (data.contains("content_block") && data["content_block"].contains("id")) {
      const auto id = data["content_block"]["id"].get<std::string>();
      data["content_block"]["id"] = numbered.try_emplace(id, std::to_string(numbered.size())).first->second;
    }
    out.emplace_back(event.name, std::move(data));
  }
  return out;
}

RC_GTEST_PROP(ChatDecoder, AnySplitGivesTheSameEvents, ()) {
  const std::string body = *rc::gen::element(llama_cpp_stream(), openai_stream(), vllm_stream(), mlx_stream(),
                                             whole_reply(), std::string(R"(data: {"error":{"code":503}})"));
  Decoding whole;
  whole.feed(body).end();

  Decoding pieces;
  for (std::size_t at = 0; at < body.size();) {
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(1, 90));
    pieces.feed(std::string_view(body).substr(at, length));
    at += length;
  }
  pieces.end();
  RC_ASSERT(events_of(pieces) == events_of(whole));
  RC_ASSERT(pieces.events.violation() == "");
  RC_ASSERT(pieces.decoder->error().has_value() == whole.decoder->error().has_value());
  RC_ASSERT(pieces.decoder->report().prompt_tokens == whole.decoder->report().prompt_tokens);
}

RC_GTEST_PROP(ChatDecoder, AnyDamageGivesALawfulStream, ()) {
  std::string body = *rc::gen::element(llama_cpp_stream(), openai_stream(), mlx_stream(), whole_reply());
  const auto size = static_cast<int>(body.size());
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
    body[static_cast<std::size_t>(*rc::gen::inRange(0, size))] = *rc::gen::arbitrary<char>();
  body.resize(static_cast<std::size_t>(*rc::gen::inRange(0, size + 1)));
  Decoding decoding;
  decoding.feed(body).end(*rc::gen::element(UpstreamEnd::complete, UpstreamEnd::cut, UpstreamEnd::cancelled));
  RC_ASSERT(decoding.events.violation() == "");
  const bool ended = decoding.events.stopped() || decoding.events.failed() || decoding.decoder->error();
  RC_ASSERT(ended);
}

}  // namespace
}  // namespace anyclaude
