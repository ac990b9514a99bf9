// show: a stored message as a person reads it.
#include "tests/cachectl/cachectl_fixture.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Show : public CachectlTest {
 protected:
  void keep(const json& content, const std::string& stop_reason = "end_turn") {
    const auto store = open_store();
    StoredResponse response = message(clock_, "", "qwen");
    response.message_json =
        json{{"type", "message"}, {"role", "assistant"}, {"content", content}, {"stop_reason", stop_reason}}
            .dump();
    EXPECT_TRUE(store->responses().begin_write({first_, {}})->commit(response));
  }
};

TEST_F(Show, MarksThinkingAndCallsAndLeavesTextAlone) {
  keep({{{"type", "thinking"}, {"thinking", "let me see\nyes"}, {"signature", "s"}},
        {{"type", "text"}, {"text", "I read it.\n\tDone."}},
        {{"type", "tool_use"},
         {"id", "toolu_1"},
         {"name", "Write"},
         {"input", {{"content", "one\ntwo"}, {"file_path", "/tmp/a"}, {"mode", 7}}}}},
       "tool_use");
  const Outcome outcome = run_here({"show", "1111"});
  EXPECT_EQ(outcome.code, ExitCode::done);
  EXPECT_EQ(outcome.out,
            "[thinking]\n| let me see\n| yes\n"
            "\nI read it.\n\tDone.\n"
            "\n[tool call] Write (toolu_1)\n  content:\n  one\n  two\n  file_path: /tmp/a\n  mode: 7\n");
}

TEST_F(Show, JsonNamesTheKindOfEveryBlock) {
  keep({{{"type", "text"}, {"text", "hello"}},
        {{"type", "tool_use"}, {"id", "t"}, {"name", "Read"}, {"input", json::object()}}});
  const json document = run_here({"show", "1111", "--json"}).document();
  EXPECT_EQ(document.at("key"), first_.hex());
  EXPECT_EQ(document.at("stop_reason"), "end_turn");
  EXPECT_EQ(document.at("blocks").at(0), json::parse(R"({"kind":"text","name":"text","text":"hello"})"));
  EXPECT_EQ(document.at("blocks").at(1).at("kind"), "tool_call");
  EXPECT_EQ(document.at("blocks").at(1).at("id"), "t");
}

TEST_F(Show, BlocksNobodyKnowsAreShownAsJsonAndControlCharactersDoNotReachTheTerminal) {
  keep({{{"type", "hologram"}, {"depth", 3}},
        {{"type", "text"},
         {"text",
          "a\x1b[2Jb\xc2\x9b"
          "1Jc"}}});
  const Outcome outcome = run_here({"show", "1111"});
  EXPECT_THAT(outcome.out, HasSubstr("[hologram]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\"depth\": 3"));
  EXPECT_THAT(outcome.out, HasSubstr("a?[2Jb??1Jc"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
}

TEST_F(Show, LastIsTheEntryAdmittedLast) {
  fill();
  EXPECT_EQ(run_here({"show", "--last"}).out, "third answer\n");
  EXPECT_EQ(run_here({"show", first_.hex()}).out, "first answer\n");
  EXPECT_EQ(run_here({"show", "2222"}).code, ExitCode::not_as_asked);
  EXPECT_EQ(run_here({"show"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"show", "1111", "--last"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"show", "abc"}).code, ExitCode::not_as_asked);
}

}  // namespace
}  // namespace anyclaude::cachectl
