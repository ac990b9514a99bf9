#include "tools/launcher/client_environment.h"

#include "tests/launcher/settings_fixture.h"

namespace anyclaude::launcher {
namespace {

constexpr const char* kLocal = R"({"backend": "llama-cpp"})";
constexpr const char* kAnthropic = R"({"backend": "claude"})";

class ClientEnvironment : public WithSetting {
 protected:
  EnvironmentVariables made(const std::string& config, EnvironmentVariables environment = {},
                            std::optional<std::uint64_t> context_tokens = std::nullopt) {
    const Setting setting = setting_of(config, std::move(environment));
    return client_environment(setting, backend_of(setting), "http://127.0.0.1:5", context_tokens);
  }
};

TEST_F(ClientEnvironment, ALocalServerNeedsAPlaceholderAndHelpfulSettings) {
  const EnvironmentVariables environment = made(kLocal, {}, 40'000);
  EXPECT_EQ(environment.at("ANTHROPIC_BASE_URL"), "http://127.0.0.1:5");
  EXPECT_NE(variable(environment, "ANTHROPIC_AUTH_TOKEN"), "");
  EXPECT_EQ(environment.at("CLAUDE_CODE_ATTRIBUTION_HEADER"), "0");
  EXPECT_EQ(environment.at("CLAUDE_CODE_AUTO_COMPACT_WINDOW"), "40000");
  EXPECT_EQ(environment.at("CLAUDE_CODE_MAX_OUTPUT_TOKENS"), "10000");
  EXPECT_EQ(made(kLocal).count("CLAUDE_CODE_AUTO_COMPACT_WINDOW"), 0u) << "an unknown context is not guessed";
}

TEST_F(ClientEnvironment, WhatThePersonSetStays) {
  const EnvironmentVariables environment = made(
      kLocal, {{"API_TIMEOUT_MS", "7"}, {"ANTHROPIC_API_KEY", "sk"}, {"ANTHROPIC_BASE_URL", "https://x"}});
  EXPECT_EQ(environment.at("API_TIMEOUT_MS"), "7");
  EXPECT_EQ(environment.at("ANTHROPIC_API_KEY"), "sk");
  EXPECT_EQ(environment.count("ANTHROPIC_AUTH_TOKEN"), 0u);
  EXPECT_EQ(environment.at("ANTHROPIC_BASE_URL"), "http://127.0.0.1:5")
      << "else the broker would be passed by";
}

TEST_F(ClientEnvironment, ALoginIsNotHiddenByAPlaceholder) {
  std::filesystem::create_directory(home() / ".claude");
  std::ofstream(home() / ".claude" / ".credentials.json") << "{}";
  EXPECT_EQ(made(kLocal).count("ANTHROPIC_AUTH_TOKEN"), 0u);
}

TEST_F(ClientEnvironment, AnthropicGetsTheAddressAndNothingElse) {
  EnvironmentVariables environment = made(kAnthropic, {{"HOME", home().string()}});
  EXPECT_EQ(environment,
            (EnvironmentVariables{{"ANTHROPIC_BASE_URL", "http://127.0.0.1:5"}, {"HOME", home().string()}}));
}

TEST_F(ClientEnvironment, AProxyForTheWorldIsNotAskedForThisMachine) {
  const EnvironmentVariables environment =
      made(kAnthropic, {{"HTTPS_PROXY", "http://proxy"}, {"NO_PROXY", "corp.example"}});
  EXPECT_EQ(environment.at("NO_PROXY"), "corp.example,127.0.0.1,localhost");
  EXPECT_EQ(made(kAnthropic).count("NO_PROXY"), 0u);
}

}  // namespace
}  // namespace anyclaude::launcher
