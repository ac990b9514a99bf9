#include "app/backend_wiring.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

class BackendWiring : public ::testing::Test {
 protected:
  BackendWiring() {
    config_.mode = "llama-cpp";
    config_.backends["llama-cpp"].url = "http://127.0.0.1:1";
    config_.backends["small"].profile = "openai";
    config_.backends["small"].url = "http://127.0.0.1:2";
  }
  BackendSet& backends() {
    backends_ = std::move(*make_backends(config_, BackendProfiles::built_in(), clock_, "mark-1"));
    return *backends_;
  }
  static RoutingRule rule_to(std::string name) {
    RoutingRule rule;
    rule.backend = std::move(name);
    return rule;
  }

  RealClock clock_;
  Config config_;
  std::unique_ptr<BackendSet> backends_;
};

TEST_F(BackendWiring, SideRequestsMayHaveAServerOfTheirOwnBehindTheRules) {
  config_.side_requests.backend = "small";
  const auto router = make_router(config_, backends());
  ASSERT_TRUE(router) << router.error().message;
  EXPECT_EQ(router->choose({"m", ToolNeed::none, 1, ""}), nullptr);
  const Route* route = router->choose({"m", ToolNeed::none, 1, "title"});
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->to->name, "small");

  config_.side_requests.backend = "smal";
  const auto wrong = make_router(config_, backends());
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("forward, local or a backend"), std::string::npos);
  EXPECT_NE(wrong.error().message.find("'small'"), std::string::npos);
}

// What goes to Anthropic itself goes there as it came.
TEST_F(BackendWiring, TheMarkGoesToEveryServerThatMayLeadBack) {
  const auto mark_to = [&](const std::string& profile, const std::string& url) {
    config_.backends["x"].profile = profile;
    config_.backends["x"].url = url;
    config_.backends["x"].plain_http = PlainHttp::allowed;
    return (*backends().get("x"))->backend->settings().route.via_mark;
  };
  EXPECT_EQ(mark_to("claude", ""), "");
  EXPECT_EQ(mark_to("claude", "https://api.anthropic.com/v1/"), "");
  EXPECT_EQ(mark_to("openrouter", ""), "");
  for (const char* url :
       {"http://api.anthropic.com", "https://api.anthropic.com:8443", "https://gateway.example",
        "http://127.0.0.1:4000", "https://api.anthropic.com/elsewhere"})
    EXPECT_EQ(mark_to("claude", url), "mark-1") << url;
  EXPECT_EQ(mark_to("llama-cpp", ""), "mark-1");
}

TEST_F(BackendWiring, DisabledEntriesTakeNoPart) {
  config_.routing = {rule_to("small")};
  config_.fallback = {"small", "claude"};
  config_.backends["small"].use = BackendUse::disabled;
  BackendSet& set = backends();
  EXPECT_FALSE(make_router(config_, set)->has_routes());
  const auto chain = make_fallbacks(config_, set);
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 1u);
  EXPECT_EQ(chain->front()->name, "claude") << "a known kind needs no entry";
  EXPECT_TRUE(set.switch_to("small")) << "it still answers when it is named";
}

TEST_F(BackendWiring, ACapNeedsAPriceAndAChainKnownNames) {
  config_.backends["small"].cost_cap_usd_per_day = 1;
  const auto accounts = cost_accounts(config_);
  ASSERT_FALSE(accounts);
  EXPECT_NE(accounts.error().message.find("backends.small.price"), std::string::npos);
  config_.backends["small"].price = TokenPrice{1, 2, 0.5};
  EXPECT_EQ(cost_accounts(config_)->size(), 1u);
  config_.fallback = {"smal"};
  EXPECT_FALSE(make_fallbacks(config_, backends()));
}

}  // namespace
}  // namespace anyclaude
