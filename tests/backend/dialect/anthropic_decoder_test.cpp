#include "backend/dialect/anthropic_decoder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/backend/native_decoding.h"
#include "tests/backend/native_replies.h"
#include "tests/backend/tool_offers.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

Json message_of(const std::string& body) {
  return NativeReply(body).message();
}

TEST(AnthropicDecoder, ReadsAStream) {
  NativeReply decoding(native_stream());
  const Json message = decoding.message();
  ASSERT_EQ(message["content"].size(), 4u);
  EXPECT_EQ(message["content"][0]["thinking"], "I should read.");
  EXPECT_EQ(message["content"][1]["text"], "Reading \xC3\xA9 \xF0\x9F\x98\x80 now.");
  EXPECT_EQ(message["content"][2]["name"], "Read");
  EXPECT_EQ(message["content"][2]["input"], Json({{"path", "/a}"}}));
  EXPECT_EQ(message["content"][3]["name"], "Now");
  EXPECT_EQ(message["content"][3]["input"], Json::object());
  EXPECT_EQ(message["stop_reason"], "tool_use");
  EXPECT_EQ(message["usage"]["input_tokens"], 20);
  EXPECT_EQ(message["usage"]["cache_read_input_tokens"], 100);
  EXPECT_EQ(message["usage"]["output_tokens"], 21);
  EXPECT_EQ(decoding.decoder->report().prompt_tokens, 120u);
  EXPECT_EQ(decoding.decoder->report().cached_tokens, 100u);
}

TEST(AnthropicDecoder, ReadsAWholeReply) {
  for (const char* type : {"application/json", "text/event-stream", ""}) {
    NativeDecoding decoding("llama-cpp", type);
    const Json message = decoding.feed("\n" + native_whole_reply()).end().message();
    ASSERT_EQ(message["content"].size(), 4u) << type;
    EXPECT_EQ(message["content"][0]["thinking"], "hm");
    EXPECT_EQ(message["content"][1]["text"], "Hello");
    EXPECT_EQ(message["content"][2]["input"], Json({{"p", 1}}));
    EXPECT_EQ(message["content"][3]["input"], Json::object());
    EXPECT_EQ(message["usage"]["output_tokens"], 3);
  }
}

TEST(AnthropicDecoder, GivesItsOwnIdsAndSignatures) {
  const Json first = message_of(native_stream());
  const Json second = message_of(native_stream());
  EXPECT_EQ(first["id"], "msg_1");
  EXPECT_EQ(first["model"], "claude-opus");
  EXPECT_TRUE(first["content"][2]["id"].get<std::string>().starts_with("toolu_"));
  EXPECT_NE(first["content"][2]["id"], first["content"][3]["id"]);
  EXPECT_NE(first["content"][2]["id"], second["content"][2]["id"]);
  const auto signature = first["content"][0]["signature"].get<std::string>();
  EXPECT_TRUE(signature.starts_with(kOwnThinkingSignaturePrefix));
  EXPECT_EQ(second["content"][0]["signature"], signature);
}

TEST(AnthropicDecoder, SaysTheFirstDeltaAtOnce) {
  NativeDecoding decoding;
  decoding.feed(native_start());
  ASSERT_EQ(decoding.events.events.size(), 1u);
  EXPECT_EQ(Json::parse(decoding.events.events[0].data)["message"]["usage"]["input_tokens"], 500);
  decoding.feed(native_event("content_block_start", R"("content_block":{"type":"text","text":""})"));
  decoding.feed(native_event("content_block_delta", R"("delta":{"type":"text_delta","text":"H"})"));
  ASSERT_EQ(decoding.events.events.size(), 3u);
  EXPECT_EQ(decoding.events.events[2].name, "content_block_delta");
}

TEST(AnthropicDecoder, PassesPingsOnOnceTheMessageHasBegun) {
  NativeDecoding decoding;
  decoding.feed(native_event("ping"));
  EXPECT_TRUE(decoding.events.events.empty());
  decoding.feed(native_start() + native_event("ping"));
  EXPECT_EQ(decoding.events.events.back().name, "ping");
  decoding.feed(native_text("a") + native_end("end_turn") + native_event("ping")).end();
  EXPECT_EQ(decoding.message()["content"][0]["text"], "a");
}

TEST(AnthropicDecoder, ServersMayForgetWhatFramesAMessage) {
  const Json no_start = message_of(native_text("a") + native_end("end_turn"));
  EXPECT_EQ(no_start["content"][0]["text"], "a");
  const std::string reason = native_event("message_delta", R"("delta":{"stop_reason":"max_tokens"})");
  const Json no_stop = message_of(native_start() + native_text("a") + reason);
  EXPECT_EQ(no_stop["stop_reason"], "max_tokens");
  const Json no_reason = message_of(native_start() + native_text("a") + native_event("message_stop"));
  EXPECT_EQ(no_reason["stop_reason"], "end_turn");
  const std::string bare =
      native_event("content_block_delta", R"("delta":{"type":"text_delta","text":"a"})") +
      native_event("message_stop");
  EXPECT_EQ(message_of(bare)["content"][0]["text"], "a");
  // Nor need they name their events, or leave a blank line behind the last one.
  const std::string unnamed = R"(data: {"type":"content_block_delta","delta":{"text":"a"}})"
                              "\n\ndata: {\"type\":\"message_stop\"}";
  EXPECT_EQ(message_of(unnamed)["content"][0]["text"], "a");
  EXPECT_EQ(message_of(native_text("a") + "data: [DONE]\n\n")["content"][0]["text"], "a");
}

TEST(AnthropicDecoder, ABlockMayComeWithItsContent) {
  const Json content = message_of(native_block(R"("type":"text","text":"a")", {}) +
                                  native_block(R"("type":"tool_use","name":"A","input":{"x":1})",
                                               {R"("type":"input_json_delta","partial_json":"{\"x\":1}")"}) +
                                  native_end("tool_use"))["content"];
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[0]["text"], "a");
  EXPECT_EQ(content[1]["input"], Json({{"x", 1}}));
}

TEST(AnthropicDecoder, TextBehindACallWithoutInputIsNotHeld) {
  NativeDecoding decoding;
  decoding.feed(native_start() + native_call("Now", {}) + native_text("then"));
  EXPECT_EQ(Json::parse(decoding.events.events.back().data)["delta"]["text"], "then");
}

TEST(AnthropicDecoder, DropsBlocksOfNothingButWhiteSpace) {
  const Json content = message_of(native_text("\\n\\n") + native_call("A", {"{}"}) + native_text("\\n") +
                                  native_end("tool_use"))["content"];
  ASSERT_EQ(content.size(), 1u);
  EXPECT_EQ(content[0]["type"], "tool_use");
}

TEST(AnthropicDecoder, MapsStopReasons) {
  const auto reason = [](const std::string& said, const std::string& stop = "null",
                         const std::string& content = native_text("x")) {
    return message_of(native_start() + content + native_end(said, R"("output_tokens":1)", stop));
  };
  for (const char* same : {"end_turn", "max_tokens", "refusal", "pause_turn"})
    EXPECT_EQ(reason(same)["stop_reason"], same);
  EXPECT_EQ(reason("stop_sequence", R"("END")")["stop_sequence"], "END");
  EXPECT_EQ(reason("stop_sequence", R"("</s>")")["stop_reason"], "end_turn");
  EXPECT_EQ(reason("stop_sequence")["stop_reason"], "end_turn");
  EXPECT_EQ(reason("unheard_of")["stop_reason"], "end_turn");
  EXPECT_EQ(reason("tool_use")["stop_reason"], "end_turn");
  const std::string call = native_call("A", {"{}"});
  EXPECT_EQ(reason("end_turn", "null", call)["stop_reason"], "tool_use");
  EXPECT_EQ(reason("max_tokens", "null", call)["stop_reason"], "max_tokens");
}

// --- Usage ---

struct UsageCase {
  const char* mode;
  std::string start;
  std::string end;
  std::uint64_t prompt;
  std::optional<std::uint64_t> cached;
};

TEST(AnthropicDecoder, CountsAsTheServerMeansIt) {
  const std::vector<UsageCase> cases{
      {"llama-cpp", R"("input_tokens":20,"cache_read_input_tokens":100)", R"("output_tokens":7)", 120, 100},
      // Its input_tokens holds the cached ones.
      {"mlx-omni", R"("input_tokens":120,"cache_read_input_tokens":100)", R"("output_tokens":7)", 120, 100},
      {"mlx-omni", R"("input_tokens":90,"cache_read_input_tokens":100)", R"("output_tokens":7)", 90, 90},
      // Figures behind the answer are the true ones, unless they say nothing.
      {"vllm", R"("input_tokens":0)", R"("input_tokens":33,"output_tokens":7)", 33, std::nullopt},
      {"vllm", R"("input_tokens":33)", R"("input_tokens":0,"output_tokens":7)", 33, std::nullopt},
      {"vllm", R"("input_tokens":10)", R"("input_tokens":5,"cache_read_input_tokens":60)", 65, 60},
      {"sglang", R"("input_tokens":5,"cache_creation_input_tokens":4,"cache_read_input_tokens":1)", "", 10,
       1},
      // What it says of its cache means nothing.
      {"lmstudio", R"("input_tokens":33,"cache_read_input_tokens":0)", "", 33, std::nullopt},
      {"ollama", R"("input_tokens":33)", "", 33, std::nullopt},
  };
  for (const UsageCase& each : cases) {
    SCOPED_TRACE(std::string(each.mode) + ": " + each.start + " ... " + each.end);
    NativeReply decoding(native_start(each.start) + native_text("x") + native_end("end_turn", each.end),
                         each.mode);
    const Json usage = decoding.message()["usage"];
    EXPECT_EQ(decoding.decoder->report().prompt_tokens, each.prompt);
    EXPECT_EQ(decoding.decoder->report().cached_tokens, each.cached);
    EXPECT_EQ(usage["input_tokens"], each.prompt - each.cached.value_or(0));
    EXPECT_EQ(usage.value("cache_read_input_tokens", 0u), each.cached.value_or(0));
  }
}

TEST(AnthropicDecoder, EstimatesWhatTheServerDoesNotCount) {
  for (const char* figures :
       {R"("input_tokens":0,"output_tokens":0)", R"("input_tokens":-5,"output_tokens":null)",
        R"("input_tokens":"many","output_tokens":1e300)", ""}) {
    NativeReply decoding(native_start(figures) + native_text("hello world") + native_end("end_turn", ""));
    const Json usage = decoding.message()["usage"];
    EXPECT_EQ(usage["input_tokens"], 500) << figures;
    EXPECT_GT(usage["output_tokens"], 0) << figures;
    EXPECT_EQ(decoding.decoder->report().prompt_tokens, std::nullopt) << figures;
  }
}

TEST(AnthropicDecoder, NoticesAPromptThatWasCutWithoutAWord) {
  EventOrderChecker events;
  MessageStream stream(events);
  const auto is_cut = [&](const std::string& counted) {
    const auto decoder = make_reply_decoder({native_profile("ollama"), "msg_1", "m", 50'000, {}}, "", stream);
    decoder->feed(native_start(R"("input_tokens":)" + counted));
    return decoder->report().prompt_cut_short;
  };
  EXPECT_TRUE(is_cut("4095"));
  EXPECT_FALSE(is_cut("42000"));
}

// --- Calls in the text, and proper ones ---

const std::string kLeakedRead =
    R"(<tool_call>{\"name\":\"Read\",\"arguments\":{\"file_path\":\"/a\"}}</tool_call>)";

Json with_tools(const std::string& body, RescueMode rescue = RescueMode::on) {
  NativeDecoding decoding("ollama", kEventStream, corpus_tools(), rescue);
  return decoding.feed(body).end().message();
}

TEST(AnthropicDecoder, RescuesACallFromTheText) {
  const std::string body = native_start() + native_text("Hm. " + kLeakedRead) + native_end("end_turn");
  const Json message = with_tools(body);
  ASSERT_EQ(message["content"].size(), 2u);
  EXPECT_EQ(message["content"][0]["text"], "Hm. ");
  EXPECT_EQ(message["content"][1]["name"], "Read");
  EXPECT_EQ(message["content"][1]["input"], Json({{"file_path", "/a"}}));
  EXPECT_EQ(message["stop_reason"], "tool_use");
  const Json untouched = with_tools(body, RescueMode::off);
  ASSERT_EQ(untouched["content"].size(), 1u);
  EXPECT_EQ(untouched["stop_reason"], "end_turn");
}

TEST(AnthropicDecoder, DoesNotRescueACallThatWasCutOff) {
  const std::string half = R"(<function=Read><parameter=file_path>/a)";
  EXPECT_EQ(with_tools(native_text(half) + native_end("max_tokens"))["content"][0]["text"], half);
}

TEST(AnthropicDecoder, RescuedCallsStandBesideProperOnes) {
  const Json content =
      with_tools(native_text(kLeakedRead) +
                 native_call("functions.bash", {R"({\"command\":\"ls\",)", R"(\"timeout\":\"5\"})"}) +
                 native_text(kLeakedRead) + native_end("tool_use"))["content"];
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(content[0]["name"], "Read");
  EXPECT_EQ(content[1]["name"], "Bash");
  EXPECT_EQ(content[1]["input"], Json({{"command", "ls"}, {"timeout", 5}}));
  EXPECT_EQ(content[2]["name"], "Read");
}

TEST(AnthropicDecoder, HeldTextIsSeenWhenTheReplyBreaksOff) {
  NativeDecoding decoding("ollama", kEventStream, corpus_tools());
  decoding.feed(native_text(R"(<tool_call>{\"name\")")).end(UpstreamEnd::cut);
  EXPECT_NE(decoding.last_error(), "");
  std::string text;
  for (const MessageEvent& event : decoding.events.events)
    if (event.name == "content_block_delta") text += Json::parse(event.data)["delta"]["text"];
  EXPECT_EQ(text, "<tool_call>{\"name\"");
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

TEST(AnthropicDecoder, ASplitAtAnyByteGivesTheSameEvents) {
  for (const std::string& body : {native_stream(), native_whole_reply()}) {
    NativeReply whole(body);
    const auto expected = events_of(whole);
    for (std::size_t cut = 1; cut < body.size(); ++cut) {
      NativeDecoding halves;
      halves.feed(std::string_view(body).substr(0, cut)).feed(std::string_view(body).substr(cut)).end();
      ASSERT_EQ(events_of(halves), expected) << "cut at " << cut;
    }
  }
}

RC_GTEST_PROP(AnthropicDecoder, AnyDamageGivesALawfulStream, ()) {
  std::string body = *rc::gen::element(native_stream(), native_whole_reply());
  const auto size = static_cast<int>(body.size());
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
    body[static_cast<std::size_t>(*rc::gen::inRange(0, size))] = *rc::gen::arbitrary<char>();
  body.resize(static_cast<std::size_t>(*rc::gen::inRange(0, size + 1)));
  NativeDecoding decoding;
  decoding.feed(body).end(*rc::gen::element(UpstreamEnd::complete, UpstreamEnd::cut, UpstreamEnd::cancelled));
  RC_ASSERT(decoding.events.violation() == "");
  const bool has_ended = decoding.events.stopped() || decoding.events.failed() || decoding.decoder->error();
  RC_ASSERT(has_ended);
}

}  // namespace
}  // namespace anyclaude
