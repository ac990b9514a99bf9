// What goes wrong: refusals in each server's words, replies that break off, clients that leave.
#include <re2/re2.h>

#include <future>

#include "conformance/backends.h"

namespace anyclaude::conformance {
namespace {

using emulators::Keys;
using emulators::Overflow;

class TroubleConformance : public Conformance {};
ANYCLAUDE_FOR_EVERY_BACKEND(TroubleConformance);

TEST_P(TroubleConformance, APromptThatDoesNotFit) {
  HouseOptions options;
  options.engine.context_tokens = 1000;
  House house(quirks(), std::move(options));
  std::string text = "SIM-SAY: ok\n";
  for (int i = 0; i < 2000; ++i) text += "word ";
  for (const Delivery delivery : kBoth) {
    json body = asking(text);
    body["max_tokens"] = 100 + static_cast<int>(delivery);
    const Answer answer = house.ask(body, delivery);
    switch (quirks().overflow) {
      case Overflow::refused:
        EXPECT_EQ(answer.status, 400) << answer.raw;
        EXPECT_EQ(answer.error.value("type", ""), "invalid_request_error");
        // The client looks for these words.
        EXPECT_TRUE(RE2::PartialMatch(answer.error.value("message", ""),
                                      "prompt is too long: [0-9]+ tokens > [0-9]+ maximum"))
            << answer.raw;
        break;
      case Overflow::cut_short:
        // The server drops the front of the prompt without a word: whatever it says then is not kept.
        EXPECT_NE(house.ask(body, delivery).cache, "HIT");
        break;
      case Overflow::unlimited:
        EXPECT_TRUE(answer.ok()) << answer.raw;
        break;
    }
  }
}

TEST_P(TroubleConformance, AWrongKey) {
  if (quirks().keys == Keys::ignored) GTEST_SKIP() << "this server asks for no key";
  HouseOptions options;
  options.server_key = "the-right-key";
  options.broker_key = "a-wrong-key";
  House house(quirks(), std::move(options));
  for (const Delivery delivery : kBoth) {
    const Answer answer = house.ask(asking("hello"), delivery);
    EXPECT_EQ(answer.status, 401) << answer.raw;
    EXPECT_EQ(answer.error.value("type", ""), "authentication_error") << answer.raw;
    EXPECT_EQ(answer.raw.find("a-wrong-key"), std::string::npos);
  }
}

TEST_P(TroubleConformance, TheRightKey) {
  if (quirks().mode == "claude") GTEST_SKIP() << "the key is the client's own";
  HouseOptions options;
  options.server_key = options.broker_key = "the-right-key";
  House house(quirks(), std::move(options));
  for (const Delivery delivery : kBoth) EXPECT_TRUE(house.ask(asking("hello"), delivery).ok());
}

TEST_P(TroubleConformance, AServerThatIsBusy) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    // More often than anybody tries again.
    house.emulator.next(Trouble::busy, 5);
    const json body = asking("busy " + std::to_string(static_cast<int>(delivery)));
    const Answer refused = house.ask(body, delivery);
    EXPECT_TRUE(refused.status == 429 || refused.status == 503 || refused.status == 529) << refused.raw;
    EXPECT_TRUE(refused.error.is_object()) << refused.raw;
    house.emulator.forget_troubles();
    const Answer answer = house.ask(body, delivery);
    EXPECT_TRUE(answer.ok()) << answer.raw;
    EXPECT_EQ(answer.cache, "MISS");
  }
}

TEST_P(TroubleConformance, AReplyThatBreaksOff) {
  House house(quirks());
  for (const Delivery delivery : kBoth) {
    for (const Trouble trouble : {Trouble::dies, Trouble::error_in_stream}) {
      const json body = asking("SIM-SAY: one two three four five " +
                               std::to_string(static_cast<int>(delivery) * 10 + static_cast<int>(trouble)));
      house.emulator.next(trouble);
      const Answer broken = house.ask(body, delivery);
      EXPECT_FALSE(broken.ok()) << broken.raw;
      EXPECT_TRUE(broken.error.is_object()) << broken.raw;
      EXPECT_EQ(broken.raw.find("message_stop"), std::string::npos);
      // What breaks off is not kept: the same question is asked again.
      const Answer answer = house.ask(body, delivery);
      EXPECT_TRUE(answer.ok()) << answer.raw;
      EXPECT_EQ(answer.cache, "MISS");
    }
  }
}

// A server that is not safe for two requests at a time gets them one after the other; the emulator complains
// otherwise.
TEST_P(TroubleConformance, TwoRequestsAtOnce) {
  HouseOptions options;
  options.engine.pace.decode_tokens_per_second = 100;
  House house(quirks(), std::move(options));
  const auto ask = [&house](const char* text) {
    return house.ask(asking(std::string("SIM-SAY: ") + text), Delivery::streamed).text();
  };
  auto first = std::async(std::launch::async, ask, "This is the first.");
  auto second = std::async(std::launch::async, ask, "This is the second.");
  EXPECT_EQ(first.get(), "This is the first.");
  EXPECT_EQ(second.get(), "This is the second.");
}

TEST_P(TroubleConformance, AClientThatLeavesEndsTheServersWork) {
  HouseOptions options;
  options.engine.pace.decode_tokens_per_second = 20;
  House house(quirks(), std::move(options));
  {
    const auto call = house.start(asking("SIM-WORDS: 500"));
    std::string received;
    while (received.find("text_delta") == std::string::npos) {
      UpstreamSignal signal = call->next(-1, std::chrono::seconds(20));
      ASSERT_FALSE(std::holds_alternative<UpstreamDone>(signal)) << received;
      ASSERT_FALSE(std::holds_alternative<NothingYet>(signal)) << received;
      if (const auto* bytes = std::get_if<UpstreamBytes>(&signal)) received += bytes->bytes;
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto cancelled = [&] { return house.emulator.engine().stats().snapshot().cancelled; };
  while (cancelled() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(cancelled(), 1u);
}

}  // namespace
}  // namespace anyclaude::conformance
