// Servers that drop part of a prompt without an error: what they answer then is passed on and not kept, and a
// prompt that cannot fit is refused beforehand.
#include <functional>

#include "conformance/house.h"

namespace anyclaude::conformance {
namespace {

using emulators::CutStyle;
using emulators::Loading;
using emulators::ModelTools;
using emulators::NativeReplies;
using emulators::NumCtx;
using emulators::Quirks;

Quirks ollama(CutStyle cut = CutStyle::messages_then_half) {
  Quirks quirks = *emulators::find_quirks("ollama");
  quirks.cut = cut;
  return quirks;
}

HouseOptions with_context(std::size_t context_tokens, Loading loading = Loading::with_first_request) {
  HouseOptions options;
  options.engine.context_tokens = context_tokens;
  options.model.loading = loading;
  return options;
}

std::string words(int count, const std::string& stem = "word") {
  std::string text = "SIM-SAY: ok\n";
  for (int i = 0; i < count; ++i) text += stem + std::to_string(i % 10) + ' ';
  return text;
}

std::uint64_t prompt_tokens(const Answer& answer) {
  return answer.ok() ? answer.message["usage"]["input_tokens"].get<std::uint64_t>() : 0;
}

// Of the whole prompt, as the emulated model counts.
std::uint64_t whole_tokens(const json& body) {
  House house(ollama());
  return prompt_tokens(house.ask(body, Delivery::whole));
}

// A request is counted behind its last byte.
json metrics_of(const House& house, int requests) {
  json metrics = house.metrics();
  while (metrics["requests"]["total"] < requests) metrics = house.metrics();
  return metrics;
}

// Asks twice, and expects that the second is not answered from the store.
void expect_delivered_and_not_kept(const House& house, const json& body, Delivery delivery) {
  const Answer first = house.ask(body, delivery);
  EXPECT_TRUE(first.ok()) << first.raw;
  EXPECT_EQ(house.ask(body, delivery).cache, "MISS");
}

TEST(LongPrompts, AnAnswerToACutPromptIsDeliveredAndNotKept) {
  const json body = asking(words(700));
  const std::uint64_t whole = whole_tokens(body);
  ASSERT_GT(whole, 500u);
  for (const CutStyle cut : {CutStyle::messages_then_half, CutStyle::whole_context}) {
    for (const double part : {0.9, 0.66, 0.5}) {
      for (const Delivery delivery : kBoth) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(cut) << " " << part << " " << whole);
        House house(ollama(cut), with_context(static_cast<std::size_t>(static_cast<double>(whole) * part)));
        // The model is loaded with this very request: its context is known behind the reply.
        const Answer answer = house.ask(body, delivery);
        ASSERT_TRUE(answer.ok()) << answer.raw;
        EXPECT_LT(prompt_tokens(answer), whole);
        const json metrics = metrics_of(house, 1);
        EXPECT_EQ(metrics["admission"]["prompt_cut_short"], 1) << metrics;
        EXPECT_EQ(metrics["backends"]["ollama"]["prompts_cut_short"], 1);
        EXPECT_NE(house.ask(body, delivery).cache, "HIT");
      }
    }
  }
}

// 767 tokens cut to 512, from a server that does not list its context.
TEST(LongPrompts, TheSizeOfAUsualContextGivesACutAway) {
  for (const NativeReplies replies :
       {NativeReplies::no_context, NativeReplies::garbage, NativeReplies::absent}) {
    json body = asking(words(740));
    for (int more = 0; whole_tokens(body) < 767 && more < 40; ++more) body = asking(words(740 + more));
    for (const CutStyle cut : {CutStyle::whole_context, CutStyle::messages_then_half}) {
      HouseOptions options = with_context(512);
      options.model.replies = replies;
      House house(ollama(cut), std::move(options));
      for (const Delivery delivery : kBoth) expect_delivered_and_not_kept(house, body, delivery);
    }
  }
}

TEST(LongPrompts, AModelThatCutsNineTenthsIsFoundOutWithoutItsContext) {
  HouseOptions options = with_context(400);
  options.model.replies = NativeReplies::absent;
  House house(ollama(), std::move(options));
  for (const Delivery delivery : kBoth) expect_delivered_and_not_kept(house, asking(words(2'000)), delivery);
}

json conversation(int turns) {
  json body = asking(words(100, "begin"));
  for (int turn = 1; turn < turns; ++turn) {
    body["messages"].push_back({{"role", "assistant"}, {"content", "ok"}});
    body["messages"].push_back({{"role", "user"}, {"content", words(100, "turn" + std::to_string(turn))}});
  }
  return body;
}

// Whole messages are dropped: what is left has any size.
TEST(LongPrompts, AConversationThatLostItsOldestMessagesIsNotKept) {
  const json body = conversation(8);
  const std::uint64_t whole = whole_tokens(body);
  for (const double part : {0.95, 0.7}) {
    House house(ollama(), with_context(static_cast<std::size_t>(static_cast<double>(whole) * part)));
    for (const Delivery delivery : kBoth) expect_delivered_and_not_kept(house, body, delivery);
  }
}

// Without a known context: a conversation that goes on does not become shorter.
TEST(LongPrompts, AConversationThatBecameShorterIsNotKept) {
  HouseOptions options = with_context(static_cast<std::size_t>(whole_tokens(conversation(8))) - 5);
  options.model.replies = NativeReplies::no_context;
  House house(ollama(), std::move(options));
  const json before = conversation(7);
  ASSERT_TRUE(house.ask(before, Delivery::streamed).ok());
  EXPECT_EQ(house.ask(before, Delivery::streamed).cache, "HIT") << "it fitted";
  json after = conversation(8);
  after["messages"].back()["content"] = words(10);
  after["messages"][13]["content"] = words(250, "answer");
  for (const Delivery delivery : kBoth) expect_delivered_and_not_kept(house, after, delivery);
  const json metrics = metrics_of(house, 6);
  EXPECT_EQ(metrics["admission"]["prompt_cut_short"], 4) << metrics["admission"];
}

struct Text {
  const char* kind;
  std::function<json()> body;
};

std::string repeated(const std::string& text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

const Text kTexts[] = {
    {"prose", [] { return asking(words(3'000)); }},
    {"Chinese", [] { return asking("SIM-SAY: ok\n" + repeated("代码审查需要仔细阅读每一行。", 20'000)); }},
    {"Russian", [] { return asking("SIM-SAY: ok\n" + repeated("Каждая строка важна. ", 20'000)); }},
    {"base64",
     [] { return asking("SIM-SAY: ok\n" + repeated("aGVsbG8+/d29ybGQ4Zm9vYmFyQmF6/9x0Q1w2e3r4=", 20'000)); }},
    {"white space", [] { return asking("SIM-SAY: ok\n" + repeated("{\n                }\n", 20'000)); }},
    {"long words", [] { return asking("SIM-SAY: ok\n" + repeated("abcdefgh", 20'000)); }},
    {"tools",
     [] {
       json body = asking_with_tools("SIM-SAY: ok");
       for (int i = 0; i < 60; ++i)
         body["tools"].push_back(
             {{"name", "tool" + std::to_string(i)},
              {"description", words(80, "does")},
              {"input_schema", {{"type", "object"}, {"properties", {{"path", {{"type", "string"}}}}}}}});
       return body;
     }},
    {"image",
     [] {
       json body = asking("");
       body["messages"][0]["content"] = json::array(
           {image_block(), image_block(), image_block(), {{"type", "text"}, {"text", "SIM-SAY: ok"}}});
       return body;
     }},
    {"conversation", [] { return conversation(12); }},
};

TEST(LongPrompts, APromptThatFitsIsKeptWhateverItIsMadeOf) {
  for (const Text& text : kTexts) {
    for (const NativeReplies replies : {NativeReplies::context, NativeReplies::no_context}) {
      SCOPED_TRACE(text.kind);
      HouseOptions options = with_context(131'072);
      options.model.replies = replies;
      House house(ollama(), std::move(options));
      const json body = text.body();
      const Answer first = house.ask(body, Delivery::streamed);
      ASSERT_TRUE(first.ok()) << first.raw;
      EXPECT_EQ(house.ask(body, Delivery::streamed).cache, "HIT") << house.metrics()["admission"];
    }
  }
}

// A first prompt that fills three quarters of the context, as Claude Code's does with 32k.
TEST(LongPrompts, AFirstPromptThatFillsMostOfTheContextIsKeptAndSoIsTheNext) {
  json body = asking(words(4'000));
  const std::uint64_t whole = whole_tokens(body);
  House house(ollama(), with_context(static_cast<std::size_t>(whole) * 4 / 3, Loading::at_start));
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_TRUE(house.ask(body, Delivery::streamed).ok());
    EXPECT_EQ(house.ask(body, Delivery::streamed).cache, "HIT") << turn << house.metrics()["admission"];
    body["messages"].push_back({{"role", "assistant"}, {"content", "ok"}});
    body["messages"].push_back({{"role", "user"}, {"content", words(20)}});
  }
}

TEST(LongPrompts, APromptThatCannotFitIsRefusedInTheWordsOnWhichTheClientCompacts) {
  for (const NumCtx parameter : {NumCtx::unset, NumCtx::parameter}) {
    const Loading loading = parameter == NumCtx::unset ? Loading::at_start : Loading::with_first_request;
    HouseOptions options = with_context(1'000, loading);
    options.model.num_ctx = parameter;
    House house(ollama(), std::move(options));
    for (const Delivery delivery : kBoth) {
      const Answer answer = house.ask(asking(words(3'000)), delivery);
      EXPECT_EQ(answer.status, 400);
      EXPECT_EQ(answer.error.value("type", ""), "invalid_request_error");
      const std::string message = answer.error.value("message", "");
      EXPECT_TRUE(message.starts_with("prompt is too long: ")) << message;
      EXPECT_TRUE(message.ends_with(" tokens > 1000 maximum")) << message;
    }
    EXPECT_TRUE(house.emulator.bodies().empty()) << "the server was not asked";
  }
}

TEST(LongPrompts, TheAnswerIsBoundedByWhatTheContextStillHolds) {
  for (const char* kind : {"ollama", "lmstudio"}) {
    House house(*emulators::find_quirks(kind), with_context(1'000, Loading::at_start));
    json body = asking(words(200));
    body["max_tokens"] = 32'000;
    ASSERT_TRUE(house.ask(body, Delivery::streamed).ok());
    const auto asked = json::parse(house.emulator.bodies().at(0))["max_tokens"].get<std::uint64_t>();
    EXPECT_LT(asked, 1'000u) << kind;
    EXPECT_GE(asked, 125u) << kind;
  }
}

TEST(LongPrompts, ToolsForAModelWithoutToolsAreRefusedBeforeTheServerIsAsked) {
  HouseOptions options;
  options.model.tools = ModelTools::lacking;
  House house(ollama(), std::move(options));
  for (const Delivery delivery : kBoth) {
    const Answer answer = house.ask(asking_with_tools("hello"), delivery);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.error.value("type", ""), "invalid_request_error");
    EXPECT_NE(answer.error.value("message", "").find("takes no tools"), std::string::npos) << answer.raw;
  }
  EXPECT_TRUE(house.emulator.bodies().empty());
  EXPECT_TRUE(house.ask(asking("hello"), Delivery::streamed).ok()) << "without tools it answers";
}

TEST(LongPrompts, WhatTheServerSaysOfItselfInOtherShapesSaysNothing) {
  for (const char* kind : {"ollama", "lmstudio"}) {
    for (const NativeReplies replies : {NativeReplies::garbage, NativeReplies::absent}) {
      HouseOptions options;
      options.model.replies = replies;
      House house(*emulators::find_quirks(kind), std::move(options));
      EXPECT_TRUE(house.ask(asking_with_tools("hello"), Delivery::streamed).ok());
      EXPECT_EQ(house.ask(asking_with_tools("hello"), Delivery::whole).cache, "HIT");
    }
  }
}

}  // namespace
}  // namespace anyclaude::conformance
