// Tools: offered, demanded, called one by one and at once, and their results.
#include <algorithm>

#include "conformance/backends.h"

namespace anyclaude::conformance {
namespace {

using emulators::ToolChoices;
using emulators::UnparsedCalls;

class ToolConformance : public Conformance {};
ANYCLAUDE_FOR_EVERY_BACKEND(ToolConformance);

void expect_lawful_call(const json& call, const std::string& name) {
  EXPECT_EQ(call.value("name", ""), name);
  EXPECT_TRUE(call.at("input").is_object()) << call;
  const std::string id = call.value("id", "");
  EXPECT_TRUE(id.starts_with("toolu_") && id.size() > 6 &&
              std::ranges::all_of(id.substr(6), [](unsigned char c) { return std::isalnum(c) != 0; }))
      << id;
}

TEST_P(ToolConformance, AToolIsCalled) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("USE Read notes/" + std::to_string(static_cast<int>(delivery)) + ".txt");
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    ASSERT_EQ(answer.calls().size(), 1u) << answer.raw;
    expect_lawful_call(answer.calls()[0], "Read");
    EXPECT_TRUE(answer.calls()[0]["input"]["file_path"].get<std::string>().starts_with("notes/"));
    EXPECT_EQ(answer.stop_reason(), "tool_use");
    EXPECT_EQ(house.ask(body, delivery).cache, "HIT");
  }
}

TEST_P(ToolConformance, AnAnswerInTextAlthoughToolsAreOffered) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("SIM-SAY: No tool is needed.");
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.text(), "No tool is needed.");
    EXPECT_TRUE(answer.calls().empty());
    EXPECT_EQ(answer.stop_reason(), "end_turn");
  }
}

TEST_P(ToolConformance, EveryKindOfToolChoice) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    for (const json& choice :
         {json{{"type", "auto"}}, json{{"type", "auto"}, {"disable_parallel_tool_use", true}},
          json{{"type", "any"}}, json{{"type", "tool"}, {"name", "weather"}}, json{{"type", "none"}}}) {
      json body = asking_with_tools("What will it be like?");
      body["tool_choice"] = choice;
      body["max_tokens"] = 100 + static_cast<int>(delivery);
      const Answer answer = house.ask(body, delivery);
      ASSERT_TRUE(answer.ok()) << choice << answer.raw;
      const bool demands = choice["type"] == "any" || choice["type"] == "tool";
      if (!demands) {
        EXPECT_TRUE(answer.calls().empty()) << choice;
        continue;
      }
      // A server that knows no tool_choice leaves it to the model, which here has no reason to call.
      if (quirks().tool_choices == ToolChoices::ignored) continue;
      ASSERT_EQ(answer.calls().size(), 1u) << choice << answer.raw;
      // Where none can be named, one of them is demanded.
      if (choice["type"] == "tool" && quirks().tool_choices == ToolChoices::all)
        expect_lawful_call(answer.calls()[0], "weather");
    }
  }
}

TEST_P(ToolConformance, ParallelTools) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("Please do both at once.");
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.text(), "Both.");
    ASSERT_EQ(answer.calls().size(), 2u) << answer.raw;
    expect_lawful_call(answer.calls()[0], "Read");
    expect_lawful_call(answer.calls()[1], "Bash");
    EXPECT_NE(answer.calls()[0]["id"], answer.calls()[1]["id"]);
    EXPECT_EQ(answer.stop_reason(), "tool_use");
  }
}

// The model called a tool, and the server did not see it: the call is taken out of the text. Where the server
// lost it, the turn ends without one, and is not kept.
TEST_P(ToolConformance, ACallTheServerCannotParse) {
  if (quirks().mode == "claude") GTEST_SKIP() << "Anthropic's calls are parsed";
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("USE Read notes.txt");
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    house.emulator.next(Trouble::unparsed_call);
    const Answer answer = house.ask(body, delivery);
    if (quirks().unparsed_calls == UnparsedCalls::dropped) {
      EXPECT_TRUE(answer.calls().empty());
      EXPECT_NE(house.ask(body, delivery).cache, "HIT");
      continue;
    }
    ASSERT_TRUE(answer.ok()) << answer.raw;
    ASSERT_EQ(answer.calls().size(), 1u) << answer.raw;
    expect_lawful_call(answer.calls()[0], "Read");
    EXPECT_EQ(answer.calls()[0]["input"]["file_path"], "notes.txt");
    EXPECT_EQ(answer.text(), "");
    EXPECT_EQ(answer.stop_reason(), "tool_use");
  }
}

TEST_P(ToolConformance, ToolResults) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body =
        after_two_calls("the first result", json::array({{{"type", "text"}, {"text", "the second result"}}}));
    body["messages"].back()["content"][1]["is_error"] = true;
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    for (const char* part : {"the first result", "the second result", "And be quick.", "I look at both."})
      EXPECT_NE(house.emulator.bodies().back().find(part), std::string::npos) << part;
  }
}

TEST_P(ToolConformance, AnEmptyToolResult) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = after_two_calls("", json::array());
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    EXPECT_TRUE(house.ask(body, delivery).ok());
  }
}

}  // namespace
}  // namespace anyclaude::conformance
