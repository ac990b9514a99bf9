// Rules that are data, and rules that are learned.
#include <gmock/gmock.h>

#include "prompt/order_support.h"
#include "prompt/rules/embedded_texts.h"
#include "prompt/rules/line_learner.h"
#include "prompt/rules/set_ranks.h"
#include "prompt/rules/text_cutter.h"

namespace anyclaude {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(VolatileRules, TheBuiltInOnesParseAndSayWhy) {
  const auto rules = VolatileRules::parse(embedded::kVolatileRules);
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  for (const VolatileRule& rule : rules->rules()) EXPECT_FALSE(rule.why.empty()) << rule.name;
  EXPECT_TRUE(FirstRanks::parse(embedded::kToolRanks).has_value());
}

TEST(VolatileRules, MistakesAreNamed) {
  const auto bad_pattern = VolatileRules::parse(
      R"({"rules":[{"name":"x","why":"y","places":["system"],"pattern":"(","action":"drop"}]})");
  ASSERT_FALSE(bad_pattern.has_value());
  EXPECT_THAT(bad_pattern.error().message, HasSubstr("rule x"));
  EXPECT_FALSE(VolatileRules::parse(R"({"rules":[{"name":"x"}]})").has_value());
  EXPECT_FALSE(VolatileRules::parse("[]").has_value());
  EXPECT_FALSE(VolatileRules::parse(
                   R"({"rules":[{"name":"x","why":"y","places":["attic"],"pattern":"a","action":"drop"}]})")
                   .has_value());
  const auto of_the_key = VolatileRules::parse(
      R"({"rules":[{"name":"x","why":"y","places":["system"],"pattern":"a","action":"ignore_in_key"}]})");
  ASSERT_FALSE(of_the_key.has_value()) << "rules do not touch the key";
  EXPECT_THAT(of_the_key.error().message, HasSubstr("ignore_in_key"));
}

CutText cut(std::string_view rules, std::string_view text) {
  TextCutter cutter(*VolatileRules::parse(rules), fixed_secrets().primary);
  return *cutter.cut(TextPlace::system, {}, text, CutDepth::volatile_too, {}, 0);
}

TEST(VolatileRules, EachActionDoesWhatItSays) {
  const auto rule = [](std::string_view action) {
    return R"({"rules":[{"name":"r","why":"w","places":["system"],"pattern":"^b","marker":"[m]","replacement":"B",)"
           R"("action":")" +
           std::string(action) + R"("}]})";
  };
  EXPECT_EQ(cut(rule("drop"), "a\nbb\nc").kept, "a\n[m]\nc");
  EXPECT_EQ(cut(rule("relocate"), "a\nbb\nbc\nc").kept, "a\n[m]\nc");
  EXPECT_EQ(cut(rule("relocate"), "a\nbb\nbc\nc").cuts.front().text, "bb\nbc");
  EXPECT_EQ(cut(rule("rewrite"), "a\nbb\nc").kept, "a\nBb\nc");
  EXPECT_EQ(cut(rule("pin"), "a\nbb\nc").kept, "a\nbb\nc");
  EXPECT_THAT(cut(rule("pin"), "a\nbb\nc").cuts, IsEmpty());
}

TEST(VolatileRules, APinWinsAndAParagraphEndsAtABlankLine) {
  const CutText pinned = cut(
      R"({"rules":[{"name":"r","why":"w","places":["system"],"pattern":"^b","action":"relocate"},
                   {"name":"p","why":"w","places":["system"],"pattern":"^bb","action":"pin"}]})",
      "a\nbb\nbc");
  EXPECT_EQ(pinned.kept, "a\nbb");
  const CutText paragraph = cut(
      R"({"rules":[{"name":"r","why":"w","places":["system"],"pattern":"^Status:$","extent":"paragraph","action":"relocate"}]})",
      "a\nStatus:\nM x\nM y\n\nc");
  EXPECT_EQ(paragraph.kept, "a\n\nc");
  EXPECT_EQ(paragraph.cuts.front().text, "Status:\nM x\nM y");
}

// --- Learning ---

std::string text_with(std::string_view line) {
  return "A heading\n\nSome stable prose.\n" + std::string(line) + "\nMore stable prose.\nAnd an end.";
}

TEST(Learning, ALineIsVolatileAfterThreeSightings) {
  LineLearner learner(fixed_secrets().primary);
  EXPECT_THAT(learner.observe(TextPlace::system, {}, text_with("Counter: 17")), IsEmpty());
  EXPECT_THAT(learner.observe(TextPlace::system, {}, text_with("Counter: 23")), IsEmpty());
  EXPECT_THAT(learner.observe(TextPlace::system, {}, text_with("Counter: 23")), IsEmpty());
  const auto learned = learner.observe(TextPlace::system, {}, text_with("Counter: 42"));
  ASSERT_THAT(learned, SizeIs(1));
  EXPECT_EQ(learned.front().spot.starts_with, "Counter: ");
}

TEST(Learning, ALineThatChangedOnceAndStaysIsNot) {
  LineLearner learner(fixed_secrets().primary);
  (void)learner.observe(TextPlace::system, {}, text_with("Be brief."));
  for (int i = 0; i < 10; ++i)
    EXPECT_THAT(learner.observe(TextPlace::system, {}, text_with("Be long.")), IsEmpty());
}

TEST(Learning, SightingsSurviveARestart) {
  LineLearner before(fixed_secrets().primary);
  (void)before.observe(TextPlace::tool, "Bash", text_with("branch one"));
  (void)before.observe(TextPlace::tool, "Bash", text_with("branch two"));
  LineLearner after(fixed_secrets().primary);
  after.decode(before.encode());
  EXPECT_THAT(after.observe(TextPlace::tool, "Bash", text_with("branch three")), SizeIs(1));
  after.decode("not what was written");
  EXPECT_THAT(after.observe(TextPlace::tool, "Bash", text_with("branch four")), IsEmpty());
}

Json with_line(std::string_view words, std::string_view line) {
  Json body = recorded("other_prompt/0002");
  std::string text = body["system"].back()["text"];
  text.insert(text.find("# Environment"), std::string(line) + "\n\n");
  body["system"].back()["text"] = text;
  body["messages"][0]["content"].back()["text"] = words;
  return body;
}

TEST(Learning, ALearnedLineMovesInConversationsThatBeginLater) {
  LayerFixture fixture;
  const std::string first = rendered_prompt(fixture.ordered(with_line("one", "Hook ran at step 1 of many")));
  (void)fixture.ordered(with_line("two", "Hook ran at step 2 of many"));
  (void)fixture.ordered(with_line("three", "Hook ran at step 3 of many"));
  const MessagesRequest later = fixture.ordered(with_line("four", "Hook ran at step 4 of many"));
  EXPECT_THAT(later.system.back().text, Not(HasSubstr("Hook ran")));
  EXPECT_THAT(later.system.back().text, HasSubstr(kLearnedMarker));
  EXPECT_THAT(rendered_prompt(later), HasSubstr("Hook ran at step 4 of many"));

  // The first conversation goes on as it began.
  const Json on = with_turn(with_line("one", "Hook ran at step 1 of many"), "a", "b");
  EXPECT_TRUE(rendered_prompt(fixture.ordered(on)).starts_with(first));
}

TEST(Learning, WhatWasForgottenStaysWhereItStands) {
  LayerFixture fixture;
  for (const char* word : {"1", "2", "3"})
    (void)fixture.ordered(with_line(word, "Hook ran at step " + std::string(word)));
  ASSERT_TRUE(fixture.layer->flush());
  ASSERT_TRUE(fixture.store->states().clear(kLearnedLinesTable).has_value());
  const MessagesRequest later = fixture.ordered(with_line("four", "Hook ran at step 4"));
  EXPECT_THAT(later.system.back().text, HasSubstr("Hook ran at step 4"));
}

// --- Ranks ---

TEST(SetRanks, CountsDistinctSetsAndForgetsOldOnes) {
  SetRanks ranks;
  EXPECT_TRUE(ranks.observe({1, 2, 3}));
  EXPECT_FALSE(ranks.observe({3, 2, 1}));
  EXPECT_TRUE(ranks.observe({1, 2}));
  EXPECT_EQ(ranks.count(1), 2u);
  EXPECT_EQ(ranks.count(3), 1u);
  SetRanks again;
  again.decode(ranks.encode());
  EXPECT_EQ(again.count(2), 2u);
  for (std::uint64_t i = 10; i < 10 + SetRanks::kSetsMax; ++i) ranks.observe({i});
  EXPECT_EQ(ranks.count(1), 0u);
}

}  // namespace
}  // namespace anyclaude
