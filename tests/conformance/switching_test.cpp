// One conversation that moves from a backend to Anthropic and back, between its turns.
#include "conformance/backends.h"

namespace anyclaude::conformance {
namespace {

class SwitchingConformance : public Conformance {
 protected:
  static emulators::EmulatorOptions anthropic() {
    emulators::EmulatorOptions options;
    options.quirks = *emulators::find_quirks("claude");
    return options;
  }

  emulators::Emulator far_{anthropic()};
};
ANYCLAUDE_FOR_EVERY_BACKEND(SwitchingConformance);

TEST_P(SwitchingConformance, AConversationMovesWithoutAnError) {
  if (quirks().mode == "claude") GTEST_SKIP() << "this is where the others move to";
  HouseOptions options;
  options.other_urls["claude"] = far_.url();
  House house(quirks(), std::move(options));
  for (const Delivery delivery : kBoth) {
    ASSERT_EQ(house.switch_to(quirks().mode), 200);
    json body = asking_with_tools("USE Read notes.txt");
    body["thinking"] = {{"type", "enabled"}, {"budget_tokens", 1024}};
    body["max_tokens"] = 2000 + static_cast<int>(delivery);
    for (const std::string& mode : {quirks().mode, std::string("claude"), quirks().mode}) {
      ASSERT_EQ(house.switch_to(mode), 200);
      const Answer answer = house.ask(body, delivery);
      ASSERT_TRUE(answer.ok()) << mode << ": " << answer.raw;
      body["messages"].push_back({{"role", "assistant"}, {"content", answer.message["content"]}});
      json results = json::array();
      for (const json& call : answer.calls())
        results.push_back({{"type", "tool_result"}, {"tool_use_id", call["id"]}, {"content", "noted"}});
      results.push_back({{"type", "text"}, {"text", "SIM-SAY: Now in " + mode + "."}});
      body["messages"].push_back({{"role", "user"}, {"content", results}});
    }
  }
  EXPECT_EQ(far_.bodies().size(), 2u);
  for (const std::string& violation : far_.violations()) ADD_FAILURE() << violation;
}

}  // namespace
}  // namespace anyclaude::conformance
