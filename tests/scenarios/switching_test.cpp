// A running broker is told to use another server, and finds its way back.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "config/broker_files.h"
#include "scenarios/whole_house.h"

namespace anyclaude::scenarios {
namespace {

// A house with a second simulated server that speaks Anthropic's dialect.
class TwoServers : public ::testing::Test {
 protected:
  TwoServers()
      : far(std::move(*sim::SimServer::start({}))), house("llama-cpp", {}, {{"claude", far->url()}}) {}

  HttpReply ask(const std::string& method, const std::string& path, const std::string& body = "") const {
    UpstreamRequest request;
    request.method = method;
    request.target = path;
    request.headers.add("Authorization", "Bearer " + *read_admin_token(house.config().store_directory));
    request.body = body;
    auto client = UpstreamClient::create(*parse_url(house.broker->url()));
    auto reply = (*client)->fetch(std::move(request));
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : HttpReply{};
  }
  std::uint64_t asked_here() const { return house.sim->engine().stats().snapshot().requests; }
  std::uint64_t asked_there() const { return far->engine().stats().snapshot().requests; }

  std::unique_ptr<sim::SimServer> far;
  WholeHouse house;
};

std::string turn(const std::string& text) {
  return json{{"model", "m"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", text}}}}}
      .dump();
}

TEST_F(TwoServers, TheRuntimeFileSaysWhoServesAndGoesWithTheBroker) {
  const auto store = house.config().store_directory;
  auto said = read_running_broker(store);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->url, house.broker->url());
  EXPECT_EQ(said->mode, "llama-cpp");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"anthropic"})").status, 200);
  EXPECT_EQ(read_running_broker(store)->mode, "claude");
  house.broker->stop(std::chrono::seconds(1));
  EXPECT_FALSE(read_running_broker(store));
}

TEST_F(TwoServers, EachModeHasItsOwnAnswersAndASwitchBackFindsThem) {
  EXPECT_EQ(status_of(house.post(turn("hello"))), "MISS");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"claude"})").status, 200);
  EXPECT_EQ(status_of(house.post(turn("hello"))), "MISS") << "another server's answer is not this one's";
  EXPECT_EQ(asked_here(), 1u);
  EXPECT_EQ(asked_there(), 1u);
  EXPECT_EQ(house.metrics()["mode"], "claude");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"llama-cpp"})").status, 200);
  EXPECT_EQ(status_of(house.post(turn("hello"))), "HIT");
  EXPECT_EQ(json::parse(ask("GET", "/admin/status").body)["mode"], "llama-cpp");
}

TEST_F(TwoServers, AConversationGoesOnWhereItIsMovedToInBothDirections) {
  json body = {{"model", "m"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", "first"}}}}};
  const auto go_on = [&](const std::string& mode, const std::string& next) {
    const HttpReply reply = house.post(body.dump());
    EXPECT_EQ(reply.status, 200) << mode << reply.body;
    EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), mode);
    json content = json::parse(reply.body)["content"];
    // What a local model with reasoning would have left behind.
    const json thought = {{"type", "thinking"}, {"thinking", "hm"}, {"signature", "anyclaude1:0a"}};
    if (mode != "claude") content.insert(content.begin(), thought);
    body["messages"].push_back({{"role", "assistant"}, {"content", content}});
    body["messages"].push_back({{"role", "user"}, {"content", next}});
    return reply;
  };
  (void)go_on("llama-cpp", "second");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"claude"})").status, 200);
  const HttpReply moved = go_on("claude", "third");
  EXPECT_EQ(moved.headers.get("x-anyclaude-own-thinking-removed"), "1");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"llama-cpp"})").status, 200);
  const HttpReply back = go_on("llama-cpp", "fourth");
  EXPECT_FALSE(back.headers.has("x-anyclaude-own-thinking-removed"));
  EXPECT_EQ(asked_here(), 2u);
  EXPECT_EQ(asked_there(), 1u);
}

TEST_F(TwoServers, WhenTheServerDiesAnotherStandsInAndEachKeepsItsOwnAnswers) {
  house.adjust = [](Config& config) { config.fallback = {"claude"}; };
  house.restart_broker();
  EXPECT_EQ(status_of(house.post(turn("before"))), "MISS");
  house.sim->stop(std::chrono::milliseconds(0));
  const HttpReply reply = house.post(turn("after"));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.headers.get("x-anyclaude-backend"), "claude");
  EXPECT_EQ(reply.headers.get("x-anyclaude-fallback"), "from=llama-cpp;reason=unreachable");
  const HttpReply again = house.post(turn("after"));
  EXPECT_EQ(status_of(again), "HIT") << "of the one that stands in";
  EXPECT_EQ(again.headers.get("x-anyclaude-fallback"), "from=llama-cpp;reason=left_alone");
  EXPECT_EQ(asked_there(), 1u);
}

TEST_F(TwoServers, ACapThatIsReachedStaysReachedAfterARestart) {
  house.adjust = [](Config& config) {
    config.fallback = {"claude"};
    config.backends["claude"].price = TokenPrice{1e6, 1e6, 1e6};  // a dollar for each token
    config.backends["claude"].cost_cap_usd_per_day = 19;          // these requests are taken for 18 tokens
  };
  house.restart_broker();
  house.sim->stop(std::chrono::milliseconds(0));
  EXPECT_EQ(house.post(turn("one")).status, 200);
  const auto refused = [&] {
    const HttpReply reply = house.post(turn("two"));
    EXPECT_THAT(reply.body, testing::HasSubstr("cost_cap_usd_per_day"));
    return reply.status >= 500;
  };
  EXPECT_TRUE(refused());
  house.restart_broker();
  EXPECT_TRUE(refused());
  EXPECT_EQ(asked_there(), 1u);
}

TEST_F(TwoServers, OfManyAtOnceOnlyThoseThatFitPassACap) {
  house.adjust = [](Config& config) {
    config.fallback = {"claude"};
    config.backends["claude"].price = TokenPrice{1e6, 1e6, 1e6};  // a dollar for each token
    config.backends["claude"].cost_cap_usd_per_day = 19;
  };
  house.restart_broker();
  house.sim->stop(std::chrono::milliseconds(0));
  // The answer is not there before all have asked.
  sim::Fault slow;
  slow.stall = std::chrono::milliseconds(500);
  far->faults().push(slow, 8);
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, i] {
      if (house.post(turn("n" + std::to_string(i))).status == 200) ++answered;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(asked_there(), 1u);
  const json cost = house.metrics()["backends"]["claude"]["cost"];
  EXPECT_EQ(cost["reserved_usd"], 0.0) << cost;
}

TEST_F(TwoServers, WhatIsReservedIsReleasedWithTheCall) {
  house.adjust = [](Config& config) {
    config.mode = "claude";
    config.backends["claude"].price = TokenPrice{1e6, 1e6, 1e6};
    config.backends["claude"].cost_cap_usd_per_day = 19;
  };
  house.restart_broker();
  const auto cost = [&] { return house.metrics()["backends"]["claude"]["cost"]; };
  sim::Fault refusal;
  refusal.status = 400;
  far->faults().push(refusal, 1);
  EXPECT_EQ(house.post(turn("one")).status, 400);
  EXPECT_EQ(cost()["reserved_usd"], 0.0);
  // A client that leaves while the server has said nothing.
  sim::Fault silent;
  silent.stall = std::chrono::seconds(20);
  far->faults().push(silent, 1);
  {
    auto client = UpstreamClient::create(*parse_url(house.broker->url()));
    const auto call = (*client)->start(WholeHouse::request_for(turn("two")));
    while (cost()["reserved_usd"] == 0.0) std::this_thread::yield();
  }
  while (cost()["reserved_usd"] != 0.0) std::this_thread::yield();
  EXPECT_EQ(cost()["today_usd"]["measured"], 0.0);
  EXPECT_EQ(house.post(turn("six")).status, 200) << "there is room";
}

TEST_F(TwoServers, RulesSendRequestsWhereTheySayAndAWrongNameStopsTheStart) {
  house.adjust = [](Config& config) {
    RoutingRule rule;
    rule.when.model = "*haiku*";
    rule.backend = "claude";
    config.routing = {rule};
  };
  house.restart_broker();
  json body = json::parse(turn("x"));
  body["model"] = "claude-haiku-4";
  EXPECT_EQ(house.post(body.dump()).headers.get("x-anyclaude-backend"), "claude");
  EXPECT_EQ(house.post(turn("x")).headers.get("x-anyclaude-backend"), "llama-cpp");
  Config wrong = house.config();
  wrong.store_directory += "-other";
  wrong.routing[0].backend = "claud";
  const auto started = BrokerApp::start(wrong, BackendProfiles::built_in());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("'claude'"), std::string::npos) << started.error().message;
}

}  // namespace
}  // namespace anyclaude::scenarios
