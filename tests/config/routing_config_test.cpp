#include <gtest/gtest.h>

#include "config/config.h"

namespace anyclaude {
namespace {

std::string error_of(std::string_view text) {
  Config config;
  const Status status = apply_config_text(config, text, "test.json");
  return status ? "" : status.error().message;
}

TEST(RoutingConfig, RulesChainPricesAndCapsAreRead) {
  Config config;
  const Status status = apply_config_text(config, R"({
    "routing": [{"when": {"model": "*haiku*", "tools": "none", "prompt_tokens_over": 5,
                          "prompt_tokens_under": 9, "side_request": "title"}, "to": "small", "model": "tiny"},
                {"to": "cloud"}],
    "fallback": ["cloud", "small"],
    "prompt": {"side_requests": "small"},
    "backends": {"cloud": {"profile": "openai", "price": {"input": 3, "output": 15.5}, "cost_cap_usd_per_day": 5}}})",
                                          "test.json");
  ASSERT_TRUE(status) << status.error().message;
  ASSERT_EQ(config.routing.size(), 2u);
  EXPECT_EQ(config.routing[0].when.model, "*haiku*");
  EXPECT_EQ(config.routing[0].when.tools, ToolNeed::none);
  EXPECT_EQ(config.routing[0].when.prompt_tokens_over, 5u);
  EXPECT_EQ(config.routing[0].when.prompt_tokens_under, 9u);
  EXPECT_EQ(config.routing[0].when.side_request, "title");
  EXPECT_EQ(config.routing[0].backend, "small");
  EXPECT_EQ(config.routing[0].model, "tiny");
  EXPECT_EQ(config.routing[1].when.tools, ToolNeed::either);
  EXPECT_EQ(config.fallback, (std::vector<std::string>{"cloud", "small"}));
  EXPECT_EQ(config.side_requests.backend, "small");
  const BackendConfig& cloud = config.backends["cloud"];
  ASSERT_TRUE(cloud.price);
  EXPECT_EQ(cloud.price->output_usd, 15.5);
  EXPECT_EQ(cloud.price->cached_input_usd, 3) << "as input, where it is not said";
  EXPECT_EQ(cloud.cost_cap_usd_per_day, 5);
}

TEST(RoutingConfig, MistakesAreNamedWithTheirPlace) {
  EXPECT_NE(error_of(R"({"routing": {}})").find("list of rules"), std::string::npos);
  EXPECT_NE(error_of(R"({"routing": [{"when": {}}]})").find("routing.1.to"), std::string::npos);
  EXPECT_NE(error_of(R"({"routing": [{"to": "a"}, {"to": "b", "when": {"modle": "x"}}]})")
                .find("routing.2.when.model"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"routing": [{"to": "a", "when": {"tools": "some"}}]})").find("needed or none"),
            std::string::npos);
  EXPECT_NE(
      error_of(R"({"routing": [{"to": "a", "when": {"prompt_tokens_over": "x"}}]})").find("number of tokens"),
      std::string::npos);
  EXPECT_NE(error_of(R"({"fallback": "a"})").find("list of texts"), std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"price": {"input": 1}}}})").find("output"), std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"price": {"input": -1, "output": 1}}}})").find("US dollars"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"cost_cap_usd_per_day": "x"}}})").find("US dollars"),
            std::string::npos);
}

}  // namespace
}  // namespace anyclaude
