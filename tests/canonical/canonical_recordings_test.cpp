// The recorded sessions of the real client: which of its requests are the same, and which are not.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/canonical/request_fixtures.h"

namespace anyclaude {
namespace {

class RecordingsInLane : public ::testing::TestWithParam<Lane> {
 protected:
  static std::string bytes_of(const Json& body) {
    return canonical_bytes(body, {GetParam(), OrderingLevel::standard, "", ""});
  }
};

std::string first_of_pair(const std::string& name) {
  static constexpr std::string_view kSecond = "same_prompt_second_session";
  return name.starts_with(kSecond) ? "same_prompt_first_session" + name.substr(kSecond.size()) : name;
}

TEST_P(RecordingsInLane, TheSamePromptInAnotherSessionIsTheSameRequest) {
  for (const char* file : {"/0002", "/0003", "/0004"}) {
    Json first = recorded(std::string("same_prompt_first_session") + file);
    Json second = recorded(std::string("same_prompt_second_session") + file);
    EXPECT_NE(first, second) << "the recordings should differ in their ids";
    EXPECT_EQ(bytes_of(first), bytes_of(second)) << file;
  }
}

TEST_P(RecordingsInLane, AllOtherRequestsAreDifferent) {
  ASSERT_GE(recorded_bodies().size(), 25u);
  std::map<std::string, std::string> seen;
  for (const NamedBody& each : recorded_bodies()) {
    const std::string name = first_of_pair(each.name);
    const auto [known, is_new] = seen.try_emplace(bytes_of(each.body), name);
    EXPECT_TRUE(is_new || known->second == name) << each.name << " and " << known->second;
  }
}

// The newest client sends a block list in one request and a string in the next: with the last messages taken
// away, what remains is what was asked before.
TEST_P(RecordingsInLane, AConversationSpelledAnewIsStillTheSame) {
  for (const std::string flow : {"latest_interactive", "interactive_three_turns"}) {
    const bool newest = flow == "latest_interactive";
    const Json& before = recorded(flow + (newest ? "/0001" : "/0003"));
    Json after = recorded(flow + (newest ? "/0002" : "/0004"));
    EXPECT_NE(after["messages"], before["messages"]);
    while (after["messages"].size() > before["messages"].size())
      after["messages"].erase(after["messages"].size() - 1);
    if (GetParam() == Lane::verbatim)
      after["safeguards"] = before.contains("safeguards") ? before["safeguards"] : Json();
    if (after["safeguards"].is_null()) after.erase("safeguards");
    EXPECT_EQ(bytes_of(after), bytes_of(before)) << flow;
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, RecordingsInLane, ::testing::Values(Lane::verbatim, Lane::rewritten),
                         [](const auto& lane) { return std::string(name_of(lane.param)); });

}  // namespace
}  // namespace anyclaude
