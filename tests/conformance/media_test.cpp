// Images and thinking.
#include "conformance/backends.h"

namespace anyclaude::conformance {
namespace {

using emulators::Images;
using emulators::Reasoning;
using emulators::ThinkingSwitch;

class MediaConformance : public Conformance {};
ANYCLAUDE_FOR_EVERY_BACKEND(MediaConformance);

// A server that sees images gets them; from one that does not the client hears so, or the model is told in
// words.
void expect_image_is_dealt_with(House& house, const json& body, Delivery delivery) {
  const Answer answer = house.ask(body, delivery);
  const std::string sent = house.emulator.bodies().empty() ? "" : house.emulator.bodies().back();
  const bool was_sent =
      sent.find("image_url") != std::string::npos || sent.find("\"base64\"") != std::string::npos;
  if (house.emulator.quirks().images != Images::refused) {
    EXPECT_TRUE(answer.ok()) << answer.raw;
    EXPECT_TRUE(was_sent) << sent;
  } else if (answer.ok()) {
    EXPECT_FALSE(was_sent) << sent;
    EXPECT_NE(sent.find("image"), std::string::npos) << "the model is not told that there was one: " << sent;
  } else {
    EXPECT_EQ(answer.status / 100, 4) << answer.raw;
    const std::string message = answer.error.value("message", "");
    EXPECT_TRUE(message.find("image") != std::string::npos ||
                message.find("'text' content") != std::string::npos)
        << answer.raw;
  }
}

TEST_P(MediaConformance, AnImageInAUserTurn) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking("");
    body["messages"][0]["content"] =
        json::array({{{"type", "text"}, {"text", "SIM-SAY: A picture."}}, image_block()});
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    expect_image_is_dealt_with(house, body, delivery);
  }
}

TEST_P(MediaConformance, AnImageInAToolResult) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = after_two_calls(json::array({{{"type", "text"}, {"text", "see"}}, image_block()}), "fine");
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    expect_image_is_dealt_with(house, body, delivery);
  }
}

TEST_P(MediaConformance, ThinkingInAReplyAndInTheHistory) {
  House house(quirks());
  const bool can_think =
      quirks().dialect == emulators::Dialect::messages || quirks().reasoning != Reasoning::none;
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("SIM-THINK: Let me see.\nSIM-SAY: I have seen.");
    body["thinking"] = {{"type", "enabled"}, {"budget_tokens", 1024}};
    body["max_tokens"] = 2000 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.text(), "I have seen.");
    EXPECT_EQ(answer.thinking(), can_think ? "Let me see." : "");
    body["messages"].push_back({{"role", "assistant"}, {"content", answer.message["content"]}});
    body["messages"].push_back({{"role", "user"}, {"content", "SIM-SAY: And again."}});
    EXPECT_EQ(house.ask(body, delivery).text(), "And again.");
  }
}

TEST_P(MediaConformance, ThinkingIsSwitchedOff) {
  House house(quirks());
  if (quirks().thinking_switch == ThinkingSwitch::none) GTEST_SKIP() << "this server has no such switch";
  for (const Delivery delivery : kBoth) {
    json body = asking("SIM-THINK: Let me see.\nSIM-SAY: At once.");
    body["thinking"] = {{"type", "disabled"}};
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.thinking(), "");
    EXPECT_EQ(answer.text(), "At once.");
  }
}

}  // namespace
}  // namespace anyclaude::conformance
