#include "config/config_digest.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

TEST(ConfigDigest, TellsBrokersApartAndNotWhereTheyListen) {
  Config config;
  config.backends["openai"].url = "http://127.0.0.1:1";
  const std::string digest = config_digest(config);
  Config same = config;
  same.listen_port = 9;
  same.mode = "openai";
  same.log_level = LogLevel::debug;
  EXPECT_EQ(config_digest(same), digest);

  const auto differs = [&](auto change) {
    Config other = config;
    change(other);
    return config_digest(other) != digest;
  };
  EXPECT_TRUE(differs([](Config& c) { c.backends["openai"].url = "http://127.0.0.1:2"; }));
  EXPECT_TRUE(differs([](Config& c) { c.backends["openai"].api_key = "k"; }));
  EXPECT_TRUE(differs([](Config& c) { c.backends["openai"].profile = "llama-cpp"; }));
  EXPECT_TRUE(differs([](Config& c) { c.prompt_level = OrderingLevel::safe; }));
  EXPECT_TRUE(differs([](Config& c) { c.cache_ttl = std::chrono::seconds(5); }));
  EXPECT_TRUE(differs([](Config& c) { c.timeouts.first_byte = std::chrono::seconds(5); }));
  EXPECT_TRUE(differs([](Config& c) { c.network.https_proxy = "http://p"; }));
}

}  // namespace
}  // namespace anyclaude
