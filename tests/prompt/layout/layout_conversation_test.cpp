// A conversation keeps the layout it began with.
#include <gmock/gmock.h>

#include "prompt/order_support.h"

namespace anyclaude {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Json changed_in_system(Json body, const std::string& from, const std::string& to) {
  std::string text = body["system"].back()["text"];
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  body["system"].back()["text"] = text;
  return body;
}

TEST(Layout, AChangeIsSaidWhereItWasFirstSeenAndStaysThere) {
  LayerFixture fixture;
  const Json first = recorded("other_prompt/0002");
  const std::string first_prompt = rendered_prompt(fixture.ordered(first));
  const Json second = changed_in_system(with_turn(first, "yes", "and more"), "Current branch: master",
                                        "Current branch: topic");
  const std::string second_prompt = rendered_prompt(fixture.ordered(second));
  EXPECT_TRUE(second_prompt.starts_with(first_prompt));
  EXPECT_THAT(second_prompt, HasSubstr("Update (replaces the above):\nCurrent branch: topic"));
  EXPECT_THAT(second_prompt, HasSubstr("Current branch: master"));

  const std::string third_prompt = rendered_prompt(fixture.ordered(with_turn(second, "so", "go on")));
  EXPECT_TRUE(third_prompt.starts_with(second_prompt));
  EXPECT_EQ(fixture.report.updates, 1u);
}

TEST(Layout, TheSameAfterARestart) {
  LayerFixture fixture;
  const Json first = recorded("latest_interactive/0001");
  (void)fixture.ordered(first);
  const Json second = with_turn(first, "yes", "and more");
  const std::string before = fixture.encoded(second);
  fixture.restart();
  EXPECT_EQ(fixture.encoded(second), before);
  EXPECT_TRUE(fixture.report.continues);
}

TEST(Layout, ConversationsThatBeginAlikeDoNotMix) {
  LayerFixture fixture;
  const Json here = recorded("other_prompt/0002");
  const Json there = recorded("other_project/0002");  // the same words, another project
  const std::string first_here = rendered_prompt(fixture.ordered(here));
  const std::string first_there = rendered_prompt(fixture.ordered(there));
  EXPECT_TRUE(rendered_prompt(fixture.ordered(with_turn(here, "a", "b"))).starts_with(first_here));
  EXPECT_TRUE(rendered_prompt(fixture.ordered(with_turn(there, "a", "b"))).starts_with(first_there));
  EXPECT_EQ(fixture.report.updates, 0u);
}

TEST(Layout, AnEditedTurnKeepsWhatWasSaidBeforeIt) {
  LayerFixture fixture;
  const Json first = recorded("other_prompt/0002");
  const std::string first_prompt = rendered_prompt(fixture.ordered(first));
  (void)fixture.ordered(with_turn(first, "yes", "one way"));
  (void)fixture.ordered(recorded("subagent/0003"));  // teaches it other ranks
  EXPECT_TRUE(
      rendered_prompt(fixture.ordered(with_turn(first, "yes", "another way"))).starts_with(first_prompt));
  EXPECT_TRUE(fixture.report.continues);
}

TEST(Layout, AToolThatComesLateStandsBehindTheOthers) {
  LayerFixture fixture;
  const Json first = recorded("other_prompt/0002");
  const MessagesRequest before = fixture.ordered(first);
  Json second = with_turn(first, "yes", "and more");
  const Json late = {{"name", "mcp__a__b"}, {"description", "d"}, {"input_schema", {{"type", "object"}}}};
  second["tools"].insert(second["tools"].begin(), late);
  const MessagesRequest after = fixture.ordered(second);
  ASSERT_EQ(after.tools.size(), before.tools.size() + 1);
  for (std::size_t i = 0; i < before.tools.size(); ++i) EXPECT_EQ(after.tools[i].name, before.tools[i].name);
  EXPECT_EQ(after.tools.back().name, "mcp__a__b");
}

TEST(Layout, DeferredToolsStandLastAndAreNotInTheSet) {
  LayerFixture fixture;
  const MessagesRequest request = fixture.ordered(recorded("latest_print/0001"));
  EXPECT_EQ(request.tools.back().loading, ToolLoading::deferred);
  EXPECT_EQ(std::ranges::count(request.tools, ToolLoading::deferred, &Tool::loading), 1);
}

TEST(Layout, WhatAPersonTypedStandsLastInTheFirstTurn) {
  LayerFixture fixture;
  const MessagesRequest request = fixture.ordered(recorded("latest_print/0001"));
  const auto& content = request.messages.front().content;
  EXPECT_THAT(std::get<TextBlock>(content.back().value).text, EndsWith("Explain calc.py"));
  EXPECT_THAT(std::get<TextBlock>(content[content.size() - 2].value).text,
              StartsWith("<system-reminder>\n# Session facts"));
}

TEST(Layout, NothingIsLearnedFromARequestThatForbidsIt) {
  LayerFixture fixture;
  const Json first = recorded("other_prompt/0002");
  (void)fixture.ordered(first, Learning::forbidden);
  ASSERT_TRUE(fixture.layer->flush().has_value());
  (void)fixture.ordered(with_turn(first, "yes", "and more"), Learning::forbidden);
  EXPECT_FALSE(fixture.report.continues);
  ASSERT_TRUE(fixture.layer->flush().has_value());
  EXPECT_EQ(*fixture.store->states().clear_learned(), 0u);
}

TEST(Layout, ArgumentsKeepTheTextTheModelWrote) {
  LayerFixture fixture;
  fixture.layer->remember_arguments("toolu_1", R"({"path": "b", "limit": 3})");
  Json body = recorded("other_prompt/0002");
  body["messages"].push_back({{"role", "assistant"},
                              {"content",
                               {{{"type", "tool_use"},
                                 {"id", "toolu_1"},
                                 {"name", "Read"},
                                 {"input", {{"limit", 3}, {"path", "b"}}}},
                                {{"type", "tool_use"},
                                 {"id", "toolu_2"},
                                 {"name", "Read"},
                                 {"input", {{"limit", 3}, {"path", "b"}}}}}}});
  body["messages"].push_back({{"role", "user"}, {"content", "go on"}});
  fixture.restart();
  EXPECT_THAT(rendered_prompt(fixture.ordered(body)),
              HasSubstr(R"(Read{"path": "b", "limit": 3}Read{"limit":3,)"));

  body["messages"][body["messages"].size() - 2]["content"][0]["input"]["limit"] = 4;
  EXPECT_THAT(rendered_prompt(fixture.ordered(body)), Not(HasSubstr(R"("path": "b")")));
}

}  // namespace
}  // namespace anyclaude
