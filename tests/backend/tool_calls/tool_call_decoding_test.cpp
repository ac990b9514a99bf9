// What the rescue does to whole replies beyond the corpus: proper calls, ids, order, ends.
#include <gtest/gtest.h>

#include <set>

#include "tests/backend/decoding.h"
#include "tests/backend/recorded_replies.h"
#include "tests/backend/tool_offers.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

const std::string kLeakedRead =
    R"(<tool_call>{\"name\":\"Read\",\"arguments\":{\"file_path\":\"/a\"}}</tool_call>)";

std::string call_chunk(std::string_view name, std::string_view arguments) {
  const Json calls =
      Json::array({{{"index", 0}, {"id", "c1"}, {"function", {{"name", name}, {"arguments", arguments}}}}});
  return delta_chunk("\"tool_calls\":" + calls.dump());
}

std::string more_arguments(std::string_view arguments) {
  const Json calls = Json::array({{{"index", 0}, {"function", {{"arguments", arguments}}}}});
  return delta_chunk("\"tool_calls\":" + calls.dump());
}

Decoding rescuing(RescueMode mode = RescueMode::on) {
  return Decoding(kEventStream, {}, corpus_tools(), mode);
}

Json call_of(const std::vector<std::string>& chunks, RescueMode mode = RescueMode::on) {
  Decoding decoding = rescuing(mode);
  std::vector<std::string> all = chunks;
  all.push_back(delta_chunk("", R"("tool_calls")"));
  const Json message = decoding.feed(data_lines(all)).end().message();
  EXPECT_EQ(message["content"].size(), 1u);
  EXPECT_EQ(message["stop_reason"], "tool_use");
  return message["content"][0];
}

TEST(RescuedCalls, HaveFreshIds) {
  std::set<std::string> ids;
  for (int round = 0; round < 2; ++round) {
    Decoding decoding = rescuing();
    decoding.feed(data_lines(
        {delta_chunk("\"content\":\"" + kLeakedRead + kLeakedRead + "\""), delta_chunk("", R"("stop")")}));
    const Json message = decoding.end().message();
    for (const Json& block : message["content"]) {
      const auto id = block["id"].get<std::string>();
      EXPECT_TRUE(id.starts_with("toolu_"));
      EXPECT_TRUE(std::ranges::all_of(id.substr(6), [](unsigned char c) { return std::isalnum(c) != 0; }));
      ids.insert(id);
    }
  }
  EXPECT_EQ(ids.size(), 4u);
}

TEST(RescuedCalls, StandBesideProperOnes) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines(
      {delta_chunk("\"content\":\"" + kLeakedRead + "\""), call_chunk("Bash", R"({"command":"ls"})"),
       delta_chunk("\"content\":\"" + kLeakedRead + "\""), delta_chunk("", R"("tool_calls")")}));
  const Json content = decoding.end().message()["content"];
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(content[0]["name"], "Read");
  EXPECT_EQ(content[1]["name"], "Bash");
  EXPECT_EQ(content[2]["name"], "Read");
}

TEST(RescuedCalls, WaitForAProperCallToEnd) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({call_chunk("Bash", R"({"command":)"),
                            delta_chunk("\"content\":\"Hm. " + kLeakedRead + "\""),
                            more_arguments(R"("ls"})"), delta_chunk("", R"("tool_calls")")}));
  const Json content = decoding.end().message()["content"];
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(content[0]["input"], Json({{"command", "ls"}}));
  EXPECT_EQ(content[1]["text"], "Hm. ");
  EXPECT_EQ(content[2]["input"], Json({{"file_path", "/a"}}));
}

TEST(HeldText, GoesOutUntouchedBeforeAProperCall) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({delta_chunk(R"("content":"{\"name\": \"Read\", ")"),
                            call_chunk("Bash", R"({"command":"ls"})"), delta_chunk("", R"("tool_calls")")}));
  const Json content = decoding.end().message()["content"];
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[0]["text"], "{\"name\": \"Read\", ");
  EXPECT_EQ(content[1]["name"], "Bash");
}

TEST(HeldText, IsSeenWhenTheReplyBreaksOff) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({delta_chunk(R"("content":"<tool_call>{\"name\"")")})).end(UpstreamEnd::cut);
  EXPECT_NE(decoding.last_error(), "");
  std::string text;
  for (const MessageEvent& event : decoding.events.events)
    if (event.name == "content_block_delta") text += Json::parse(event.data)["delta"]["text"];
  EXPECT_EQ(text, "<tool_call>{\"name\"");
}

TEST(HeldText, CountsAsSomethingSaid) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({delta_chunk(R"("content":"<tool_call>")")}) + "data: [DONE]\n\n").end();
  EXPECT_EQ(decoding.message()["content"][0]["text"], "<tool_call>");
}

TEST(HeldText, IsPingedAbout) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({delta_chunk(R"("content":"<function=Write><parameter=content>")")}));
  for (int i = 0; i < 100; ++i) decoding.feed(data_lines({delta_chunk(R"("content":"0123456789")")}));
  const auto pings = std::ranges::count(decoding.events.events, "ping", &MessageEvent::name);
  EXPECT_EQ(pings, 2);
}

TEST(ProperCalls, GetTheirToolsNameAndFittingArguments) {
  const Json call = call_of(
      {call_chunk("functions.bash", R"({"command": "ls", "timeout": "50)"), more_arguments(R"(00"})")});
  EXPECT_EQ(call["name"], "Bash");
  EXPECT_EQ(call["input"], Json({{"command", "ls"}, {"timeout", 5000}}));
}

TEST(ProperCalls, AreFittedHoweverTheyAreSplit) {
  const std::string arguments =
      R"( { "limit" : null , "file_path" : "a\"b,}" , "offset":"3", "limit":"x" } )";
  for (std::size_t size = 1; size < arguments.size(); ++size) {
    std::vector<std::string> chunks{call_chunk("Read", "")};
    for (std::size_t at = 0; at < arguments.size(); at += size)
      chunks.push_back(more_arguments(std::string_view(arguments).substr(at, size)));
    EXPECT_EQ(call_of(chunks)["input"], Json({{"file_path", "a\"b,}"}, {"offset", 3}, {"limit", "x"}}))
        << size;
  }
}

TEST(ProperCalls, ListsAndObjectsAreFittedInside) {
  const Json call =
      call_of({call_chunk("TodoWrite", R"({"todos": "[{\"content\": 5, \"status\": \"pending\"}]"})")});
  EXPECT_EQ(call["input"], Json({{"todos", {{{"content", "5"}, {"status", "pending"}}}}}));
}

TEST(ProperCalls, ArgumentsThatMayBeRightStream) {
  Decoding decoding = rescuing();
  decoding.feed(data_lines({call_chunk("Write", R"({"file_path": "/a", "content": "begin)")}));
  EXPECT_EQ(Json::parse(decoding.events.events.back().data)["delta"]["partial_json"],
            R"({"file_path": "/a", "content": "begin)");
}

TEST(ProperCalls, PassAsTheyAreWhereNothingLawfulHelps) {
  EXPECT_EQ(call_of({call_chunk("Bash", R"({"command": ["ls"], "timeout": "5s"})")})["input"],
            Json({{"command", {"ls"}}, {"timeout", "5s"}}));
  EXPECT_EQ(call_of({call_chunk("Unknown", R"({"n": "5"})")})["input"], Json({{"n", "5"}}));
}

TEST(ProperCalls, AreNotTouchedWhenRescueIsOff) {
  const Json call =
      call_of({call_chunk("functions.bash", R"({"command": "ls", "timeout": "5"})")}, RescueMode::off);
  EXPECT_EQ(call["name"], "functions.bash");
  EXPECT_EQ(call["input"]["timeout"], "5");
}

}  // namespace
}  // namespace anyclaude
