// What the prompt layer promises of every request: nothing is lost, and each prompt begins with its
// predecessor.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "canonical/request_rewrites.h"
#include "prompt/order_support.h"

namespace anyclaude {
namespace {

// What the layer may add: frames, headings and markers, and blank lines.
bool is_frame(const std::string& line) {
  static const std::set<std::string> kFrames{
      "<system-reminder>",
      "</system-reminder>",
      "<system-prompt>",
      "</system-prompt>",
      "# Session facts, for what stands above",
      "Your system prompt stands in <system-prompt> tags in the first message."};
  return is_blank(line) || kFrames.contains(line) || line.starts_with("Of the tool ") ||
         line.ends_with("see the session facts.]");
}

std::vector<std::string> without_frames(std::vector<std::string> lines) {
  std::erase_if(lines, is_frame);
  return lines;
}

std::string first_missing(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> missing;
  std::ranges::set_symmetric_difference(before, after, std::back_inserter(missing));
  return missing.empty() ? std::string() : missing.front();
}

constexpr OrderingLevel kLevels[] = {OrderingLevel::off, OrderingLevel::safe, OrderingLevel::standard,
                                     OrderingLevel::aggressive};

TEST(NothingLost, EveryLineOfEveryRecordingIsSaidExactlyOnceAtEveryLevel) {
  for (const OrderingLevel level : kLevels)
    for (const NamedBody& recording : recorded_bodies()) {
      LayerFixture fixture(level);
      const auto before = without_frames(sorted_lines(parsed(recording.body)));
      const auto after = without_frames(sorted_lines(fixture.ordered(recording.body)));
      EXPECT_EQ(before, after) << recording.name << " at " << word_of(level) << ": "
                               << first_missing(before, after);
    }
}

TEST(NothingLost, EveryLineIsSaidAtLeastOnceWhereConversationsGoOn) {
  LayerFixture fixture;
  for (const NamedBody& recording : recorded_bodies()) {
    const auto before = without_frames(sorted_lines(parsed(recording.body)));
    const auto after = without_frames(sorted_lines(fixture.ordered(recording.body)));
    EXPECT_TRUE(std::ranges::includes(after, before))
        << recording.name << ": " << first_missing(before, after);
  }
}

RC_GTEST_PROP(NothingLost, EveryLineOfAMadeUpRequestIsSaidExactlyOnce, (std::uint64_t seed)) {
  Random random(seed);
  const Json body = random_request(random);
  const auto document = JsonDocument::parse(body.dump());
  RC_PRE(document.has_value() && parse_messages_request(*document).has_value());
  for (const OrderingLevel level : kLevels) {
    LayerFixture fixture(level);
    const auto before = without_frames(sorted_lines(parsed(body)));
    const auto after = without_frames(sorted_lines(fixture.ordered(body)));
    RC_ASSERT(before == after);
  }
}

TEST(NothingLost, OffTouchesNothing) {
  LayerFixture fixture(OrderingLevel::off);
  const Json& body = recorded("interactive_three_turns/0003");
  EXPECT_EQ(rendered_prompt(fixture.ordered(body)), rendered_prompt(parsed(body)));
}

// --- Each prompt begins with its predecessor ---

// A conversation under way: what it will say, and what was last sent of it.
struct Talk {
  Json body;
  std::string last_prompt;
};

Json opening(const std::string& recording, const std::string& words) {
  Json body = recorded(recording);
  auto& first = body["messages"][0]["content"];
  first[first.size() - 1]["text"] = words;
  const std::string prose = body["system"].back()["text"];
  body["system"].back()["text"] = "Hook counter: 0\n" + prose;
  return body;
}

// Things that happen to prompts in mid-conversation without anybody typing them.
void disturb(Json& body, Random& random) {
  const std::string number = std::to_string(random.below(1000));
  if (random.rarely()) {
    std::string text = body["system"].back()["text"];
    if (const auto at = text.find("Current branch: "); at != std::string::npos)
      text.replace(at, text.find('\n', at) - at, "Current branch: b" + number);
    body["system"].back()["text"] = text;
  }
  if (random.rarely()) {
    std::string text = body["messages"][0]["content"][0]["text"];
    if (const auto at = text.find("Today's date is "); at != std::string::npos)
      text.replace(at, text.find('\n', at) - at, "Today's date is 2026-12-" + number + ".");
    body["messages"][0]["content"][0]["text"] = text;
  }
  if (random.rarely()) {  // a line that no rule knows
    std::string text = body["system"].back()["text"];
    const std::string label = "Hook counter: ";
    if (const auto at = text.find(label); at != std::string::npos)
      text.replace(at, text.find('\n', at) - at, label + number);
    body["system"].back()["text"] = text;
  }
  if (random.coin()) std::swap(body["tools"][0], body["tools"][body["tools"].size() - 1]);
}

RC_GTEST_PROP(Conversations, EachPromptBeginsWithItsPredecessorWhileOthersTeachTheLayer,
              (std::uint64_t seed)) {
  Random random(seed);
  LayerFixture fixture(random.coin() ? OrderingLevel::standard : OrderingLevel::aggressive);
  std::vector<Talk> talks;
  const std::vector<std::string> kinds = {"other_prompt/0002", "interactive_three_turns/0003",
                                          "subagent/0003",     "other_project/0002",
                                          "latest_print/0001", "latest_interactive/0001"};
  for (int step = 0; step < 14; ++step) {
    if (talks.empty() || random.rarely())
      talks.push_back(
          {opening(kinds[random.below(kinds.size())], "task " + std::to_string(talks.size())), ""});
    Talk& talk = talks[random.below(talks.size())];
    disturb(talk.body, random);
    const std::string prompt = rendered_prompt(fixture.ordered(talk.body));
    RC_ASSERT(prompt.starts_with(talk.last_prompt));
    talk.last_prompt = prompt;
    talk.body = with_turn(talk.body, "answer " + random.word(), "and " + random.word());
    if (random.rarely()) fixture.restart();
  }
}

RC_GTEST_PROP(Conversations, EqualRequestsGiveEqualBytesHoweverTheirToolsAreOrdered, (std::uint64_t seed)) {
  Random random(seed);
  LayerFixture fixture;
  Json body = opening("other_prompt/0002", "the same");
  const std::string before = fixture.encoded(body);
  for (int i = 0; i < 8; ++i)
    std::swap(body["tools"][random.below(body["tools"].size())],
              body["tools"][random.below(body["tools"].size())]);
  RC_ASSERT(fixture.encoded(body) == before);
}

// Tools that share a name are refused before they come here.
bool has_distinct_tools(const Json& request) {
  std::set<std::string> names;
  if (request.contains("tools"))
    for (const Json& tool : request["tools"])
      if (!names.insert(tool["name"].get<std::string>()).second) return false;
  return true;
}

std::string upstream_bytes(LayerFixture& fixture, const std::string& body) {
  return encode_chat_request(fixture.ordered_text(body),
                             {built_in_profile("llama-cpp"), "m", std::nullopt, 0})
      .value_or("refused");
}

// The key must hold everything that reaches the server, but for how JSON is spelled, and there the layout
// keeps what was said first. So a layer that has said one of two requests with equal keys says the other in
// the same bytes; and where JSON is spelled alike, so do two layers that have learned the same: nothing.
RC_GTEST_PROP(Conversations, EqualKeysAndEqualLayoutsGiveEqualUpstreamBytes, (std::uint64_t seed)) {
  Random random(seed);
  const auto& recordings = recorded_bodies();
  const Json request =
      random.rarely() ? recordings[random.below(recordings.size())].body : random_request(random);
  RC_PRE(has_distinct_tools(request));
  Json other = request;
  rewrite_for_both_lanes(other, random);
  rewrite_for_rewritten_lane(other, random);
  const OrderingLevel level = kLevels[1 + random.below(3)];
  const CanonicalOptions options{Lane::rewritten, level, "", ""};
  const std::string respelled = spelled_at_random(other, random);
  RC_ASSERT(canonical_bytes(request, options) == canonical_bytes(respelled, options));
  LayerFixture fixture(level);
  const std::string first = upstream_bytes(fixture, request.dump());
  RC_ASSERT(upstream_bytes(fixture, respelled) == first);
  fixture.restart();
  RC_ASSERT(upstream_bytes(fixture, spelled_at_random(other, random)) == first);
  LayerFixture elsewhere(level);
  RC_ASSERT(upstream_bytes(elsewhere, spelled_at_random(other, random, Respelling::blanks_and_escapes)) ==
            first);
}

// A client that spells everything anew in each turn.
RC_GTEST_PROP(Conversations, EachPromptBeginsWithItsPredecessorHoweverJsonIsSpelled, (std::uint64_t seed)) {
  Random random(seed);
  LayerFixture fixture(kLevels[1 + random.below(3)]);
  Json body = opening("other_prompt/0002", "the same");
  std::string last;
  for (int turn = 0; turn < 6; ++turn) {
    const std::string prompt = rendered_prompt(fixture.ordered_text(spelled_at_random(body, random)));
    RC_ASSERT(prompt.starts_with(last));
    last = prompt;
    const std::string id = "toolu_" + std::to_string(turn);
    Json call = {{"type", "tool_use"}, {"id", id}, {"name", "Read"}, {"input", Json::object()}};
    for (const char* name : {"path", "from", "limit", "nested"}) call["input"][name] = turn;
    call["input"]["nested"] = {{"z", 1.5}, {"a", random.word()}, {"m", Json::array({1, 2.0})}};
    const Json result = {{"type", "tool_result"}, {"tool_use_id", id}, {"content", "done"}};
    const Json unknown = {{"type", "hologram"}, {"light", {{"z", 1}, {"b", 2}, {"a", 0.5}}}};
    body["messages"].push_back({{"role", "assistant"}, {"content", Json::array({call})}});
    body["messages"].push_back({{"role", "user"}, {"content", Json::array({result, unknown})}});
    if (random.rarely()) fixture.restart();
  }
}

}  // namespace
}  // namespace anyclaude
