#include "scheduler/router.h"

#include <gtest/gtest.h>

#include "fakes/reply_texts.h"
#include "proxy/broker_fixture.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::RecordingWriter;
using nlohmann::json;

TEST(Patterns, AStarIsAnyTextAndAQuestionMarkOneCharacter) {
  for (const auto& [pattern, text] :
       std::vector<std::pair<const char*, const char*>>{{"*", ""},
                                                        {"*haiku*", "claude-haiku-4"},
                                                        {"claude-*-4?5", "claude-opus-4-5"},
                                                        {"a*b*c", "aXbYbZc"},
                                                        {"x", "x"}})
    EXPECT_TRUE(matches_pattern(pattern, text)) << pattern << " " << text;
  for (const auto& [pattern, text] : std::vector<std::pair<const char*, const char*>>{
           {"", "x"}, {"?", ""}, {"*haiku", "claude-haiku-4"}, {"a*b*c", "aXbYbZ"}, {"X", "x"}})
    EXPECT_FALSE(matches_pattern(pattern, text)) << pattern << " " << text;
}

class RoutingTable : public ::testing::Test {
 protected:
  std::string chosen(const std::vector<RoutingRule>& rules, const RequestFacts& facts) {
    const auto router = Router::make(rules, backends_);
    EXPECT_TRUE(router) << router.error().message;
    const Route* route = router->choose(facts);
    return route == nullptr ? "" : route->to->name;
  }
  static RoutingRule rule(std::string to, RoutingCondition when) {
    return {std::move(when), std::move(to), ""};
  }

  BackendSet backends_{{{"local"}, {"far"}, {"claude"}}, [](const std::string& name) {
                         return std::make_shared<fakes::FakeBackend>(
                             fakes::settings_for(name == "claude" ? "claude" : "openai"), BackendIdentity{});
                       }};
};

TEST_F(RoutingTable, TheFirstRuleThatFitsDecides) {
  RoutingCondition haiku, tools, plain, large, small, title;
  haiku.model = "*haiku*";
  tools.tools = ToolNeed::needed;
  plain.tools = ToolNeed::none;
  large.prompt_tokens_over = 1'000;
  small.prompt_tokens_under = 1'000;
  title.side_request = "title";
  const RequestFacts facts{"claude-haiku-4", ToolNeed::needed, 1'000, ""};
  EXPECT_EQ(chosen({rule("local", plain), rule("far", haiku), rule("claude", tools)}, facts), "far");
  EXPECT_EQ(chosen({rule("local", tools)}, facts), "local");
  EXPECT_EQ(chosen({rule("local", large), rule("far", small)}, facts), "") << "neither over nor under";
  EXPECT_EQ(chosen({rule("far", large)}, {"m", ToolNeed::none, 1'001, ""}), "far");
  EXPECT_EQ(chosen({rule("far", small)}, {"m", ToolNeed::none, 999, ""}), "far");
  EXPECT_EQ(chosen({rule("far", title)}, facts), "");
  EXPECT_EQ(chosen({rule("far", title)}, {"m", ToolNeed::none, 9, "title"}), "far");
  EXPECT_EQ(chosen({rule("far", {})}, facts), "far") << "a rule that asks nothing fits everything";
  haiku.tools = ToolNeed::none;
  EXPECT_EQ(chosen({rule("far", haiku)}, facts), "") << "all conditions hold, or none";
}

TEST_F(RoutingTable, RulesThatCannotBeKeptAreRefusedAtTheStart) {
  const auto unknown = Router::make({rule("local", {}), rule("fra", {})}, backends_);
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("routing.2"), std::string::npos);
  EXPECT_NE(unknown.error().message.find("'far'"), std::string::npos) << unknown.error().message;
  EXPECT_FALSE(Router::make({{{}, "claude", "other-model"}}, backends_))
      << "the verbatim lane cannot change a request's model";
}

std::string body_with(const std::string& model, const json& tools = json::array()) {
  return json{{"model", model},
              {"max_tokens", 9},
              {"tools", tools},
              {"messages", {{{"role", "user"}, {"content", "x"}}}}}
      .dump();
}

TEST(Routing, ARequestGoesWhereItsRuleSaysAndItsAnswerIsThatServersOwn) {
  RoutingRule to_far;
  to_far.when.model = "*haiku*";
  to_far.backend = "far";
  to_far.model = "big-model";
  BrokerFixture broker("llama-cpp", {}, {{{"far", "openai"}}, {to_far}});
  broker.others.at("far")->upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"far"}));
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"near"}));
  const RecordingWriter haiku = broker.post("/v1/messages", body_with("claude-haiku-4"));
  EXPECT_EQ(haiku.headers.get("x-anyclaude-backend"), "far");
  EXPECT_EQ(json::parse(broker.others.at("far")->upstream.requests[0].body)["model"], "big-model");
  const RecordingWriter opus = broker.post("/v1/messages", body_with("claude-opus-4"));
  EXPECT_EQ(opus.headers.get("x-anyclaude-backend"), "llama-cpp");
  EXPECT_EQ(fakes::cache_status(broker.post("/v1/messages", body_with("claude-haiku-4"))), "HIT");
  EXPECT_NE(haiku.headers.get("x-anyclaude-cache-key"), opus.headers.get("x-anyclaude-cache-key"));
  EXPECT_EQ(broker.metrics()["backends"]["far"]["requests"], 2);
}

TEST(Routing, SideRequestsGoToTheirOwnServerAndLeaveTheConversationAlone) {
  const std::string title =
      R"({"model":"m","max_tokens":9,"tools":[],"messages":[{"role":"user","content":"fix the parser"}],)"
      R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":)"
      R"({"title":{"type":"string"}}}}}})";
  RoutingRule side;
  side.when.side_request = "*";
  side.backend = "small";
  BrokerFixture broker("llama-cpp", {}, {{{"small", "openai"}}, {side}});
  broker.others.at("small")->upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"{}"}));
  const RecordingWriter reply =
      broker.post("/v1/messages", title, {{"User-Agent", "claude-cli/2.1.197 (external, cli)"}});
  EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), "small");
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"{}"}));
  EXPECT_EQ(broker.post("/v1/messages", title, {{"User-Agent", "Anthropic/JS 0.94.0"}})
                .headers.get("x-anyclaude-backend"),
            "llama-cpp")
      << "another client's request that only looks like one";
}

}  // namespace
}  // namespace anyclaude
