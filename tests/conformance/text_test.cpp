// Text, streamed and not, and what is kept of it.
#include "conformance/backends.h"

namespace anyclaude::conformance {
namespace {

class TextConformance : public Conformance {};
ANYCLAUDE_FOR_EVERY_BACKEND(TextConformance);

TEST_P(TextConformance, Text) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    const std::string said = delivery == Delivery::streamed ? "Hello there, \u00e9!" : "Good bye.";
    const json body = asking("SIM-SAY: " + said);
    const Answer first = house.ask(body, delivery);
    ASSERT_TRUE(first.ok()) << first.raw;
    EXPECT_EQ(first.text(), said);
    EXPECT_EQ(first.stop_reason(), "end_turn");
    EXPECT_EQ(first.cache, "MISS");
    EXPECT_GT(first.message["usage"]["input_tokens"].get<int>() +
                  first.message["usage"].value("cache_read_input_tokens", 0),
              0);
    EXPECT_GT(first.message["usage"]["output_tokens"], 0);
    const std::size_t before = house.emulator.bodies().size();
    for (const Delivery again : kBoth) {
      const Answer repeated = house.ask(body, again);
      EXPECT_EQ(repeated.cache, "HIT");
      EXPECT_EQ(repeated.text(), said);
    }
    EXPECT_EQ(house.emulator.bodies().size(), before) << "a hit never asks the server";
  }
}

TEST_P(TextConformance, AReplyThatSaysNothingOfTokensStillHasUsage) {
  House house(quirks());
  if (quirks().dialect == emulators::Dialect::messages) GTEST_SKIP() << "Anthropic always says it";
  for (const Delivery delivery : kBoth) {
    house.emulator.next(Trouble::no_usage);
    const Answer answer =
        house.ask(asking("SIM-SAY: " + std::to_string(static_cast<int>(delivery))), delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_GT(answer.message["usage"]["input_tokens"], 0);
  }
}

TEST_P(TextConformance, StopSequences) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    json body = asking("SIM-SAY: before HALT after " + std::to_string(static_cast<int>(delivery)));
    body["stop_sequences"] = {"HALT"};
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_TRUE(answer.text().starts_with("before")) << answer.raw;
    EXPECT_EQ(answer.text().find("after"), std::string::npos);
    // A chat completion does not tell which end it was.
    EXPECT_TRUE(answer.stop_reason() == "stop_sequence" || answer.stop_reason() == "end_turn");
  }
}

TEST_P(TextConformance, SystemMessagesInTheMiddle) {
  House house(quirks());
  if (quirks().mode == "claude") GTEST_SKIP() << "goes upstream as it came";
  for (const Delivery delivery : kBoth) {
    json body = asking_with_tools("SIM-SAY: one");
    body["messages"].push_back({{"role", "system"}, {"content", "The first reminder."}});
    body["messages"].push_back({{"role", "assistant"}, {"content", "one"}});
    body["messages"].push_back({{"role", "user"}, {"content", "SIM-SAY: two"}});
    body["messages"].push_back({{"role", "system"}, {"content", "The second reminder."}});
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    ASSERT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.text(), "two");
    for (const char* reminder : {"The first reminder.", "The second reminder."})
      EXPECT_NE(house.emulator.bodies().back().find(reminder), std::string::npos) << reminder;
  }
}

}  // namespace
}  // namespace anyclaude::conformance
