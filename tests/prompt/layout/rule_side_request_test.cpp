// What is a side request, and what only looks like one.
#include <gtest/gtest.h>

#include "prompt/layout/side_request.h"
#include "prompt/order_support.h"

namespace anyclaude {
namespace {

constexpr std::string_view kClaudeCode = "claude-cli/2.1.197 (external, cli)";

TEST(SideRequests, ClaudeCodesTitleRequestIsOne) {
  const auto rules = SideRequestRules::built_in();
  const SideRequestRule* rule =
      rules.recognise(kClaudeCode, parsed(recorded("interactive_three_turns/0002")));
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->kind, "title");
}

TEST(SideRequests, TheSameRequestOfAnotherClientIsNot) {
  const auto rules = SideRequestRules::built_in();
  const MessagesRequest title = parsed(recorded("interactive_three_turns/0002"));
  EXPECT_EQ(rules.recognise("Anthropic/Python 0.49.0", title), nullptr);
  EXPECT_EQ(rules.recognise("", title), nullptr);
}

TEST(SideRequests, NoOtherRecordingIsOne) {
  const auto rules = SideRequestRules::built_in();
  for (const NamedBody& recording : recorded_bodies()) {
    if (recording.body.at("tools").empty()) continue;
    EXPECT_EQ(rules.recognise(kClaudeCode, parsed(recording.body)), nullptr) << recording.name;
  }
}

TEST(SideRequests, AnotherShapeIsNot) {
  const auto rules = SideRequestRules::built_in();
  Json body = recorded("interactive_three_turns/0002");
  body["output_config"]["format"]["schema"]["properties"]["author"] = {{"type", "string"}};
  EXPECT_EQ(rules.recognise(kClaudeCode, parsed(body)), nullptr);
}

TEST(SideRequests, ATitleIsMadeOfTheFirstWords) {
  EXPECT_TRUE(title_from_words(parsed(recorded("interactive_three_turns/0002"))).starts_with("USE Read "));
  Json body = recorded("interactive_three_turns/0002");
  body["messages"][0]["content"] =
      "<session>\n\n  Please  fix the flaky test in the parser today \n</session>";
  EXPECT_EQ(title_from_words(parsed(body)), "Please fix the flaky test in the");
  body["messages"][0]["content"] = " \n ";
  EXPECT_EQ(title_from_words(parsed(body)), "");
}

}  // namespace
}  // namespace anyclaude
