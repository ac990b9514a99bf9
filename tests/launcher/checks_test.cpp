#include "tools/launcher/checks.h"

#include <fstream>

#include "tests/launcher/settings_fixture.h"
#include "tools/launcher/init_file.h"

namespace anyclaude::launcher {
namespace {

class Checks : public WithSetting {};

TEST_F(Checks, AContextIsHeldAgainstWhatClaudeCodeNeeds) {
  EXPECT_EQ(check_context(131'072, "vllm").verdict, Verdict::good);
  EXPECT_EQ(check_context(40'000, "vllm").verdict, Verdict::doubtful);
  const Check small = check_context(8'192, "llama-cpp");
  EXPECT_EQ(small.verdict, Verdict::bad);
  EXPECT_NE(small.advice.find("32768"), std::string::npos);
  EXPECT_NE(small.advice.find("-c 65536"), std::string::npos);
  EXPECT_EQ(check_context(std::nullopt, "openai").verdict, Verdict::doubtful);
}

TEST_F(Checks, ATemplateHasToKnowTools) {
  EXPECT_EQ(check_template("{% if tools %}...").verdict, Verdict::good);
  EXPECT_EQ(check_template("{{ messages }}").verdict, Verdict::bad);
  EXPECT_EQ(check_template("").verdict, Verdict::bad);
}

TEST_F(Checks, AStoreIsItsOwnersAlone) {
  EXPECT_EQ(check_store(home() / "not" / "yet").verdict, Verdict::good);
  std::filesystem::permissions(home(), std::filesystem::perms::owner_all);
  EXPECT_EQ(check_store(home()).verdict, Verdict::good);
  std::filesystem::permissions(home(),
                               std::filesystem::perms::owner_all | std::filesystem::perms::group_read);
  EXPECT_NE(check_store(home()).advice.find("chmod 700"), std::string::npos);
}

TEST_F(Checks, ClaudeTellsItsVersion) {
  EXPECT_EQ(check_client({{"PATH", home().string()}}).verdict, Verdict::bad);
  std::ofstream(home() / "claude") << "#!/bin/sh\necho 9.9.9 '(Claude Code)'\n";
  std::filesystem::permissions(home() / "claude", std::filesystem::perms::owner_all);
  const Check found = check_client({{"PATH", home().string()}});
  EXPECT_EQ(found.verdict, Verdict::good);
  EXPECT_NE(found.found.find("9.9.9 (Claude Code)"), std::string::npos);
  EXPECT_EQ(check_client({{"PATH", home().string()}, {"CLAUDE_CODE_USE_BEDROCK", "1"}}).verdict,
            Verdict::bad);
}

TEST_F(Checks, WhatInitWritesIsAConfiguration) {
  const FoundServer one{"llama-cpp", {UrlScheme::http, "127.0.0.1", 8080, ""}, {"m"}};
  const FoundServer two{"llama-cpp", {UrlScheme::http, "127.0.0.1", 8090, ""}, {"a", "b\"c"}};
  const Setting none = setting_of(config_for({}));
  EXPECT_EQ(none.config.mode, "llama-cpp");
  const Setting setting = setting_of(config_for({one, two}));
  EXPECT_EQ(setting.config.mode, "llama-cpp");
  EXPECT_EQ(setting.config.backends.at("llama-cpp").url, "http://127.0.0.1:8080/v1");
  EXPECT_EQ(setting.config.backends.at("llama-cpp").model, "");
  EXPECT_EQ(setting.config.backends.at("llama-cpp-2").profile, "llama-cpp");
  EXPECT_EQ(setting.config.backends.at("llama-cpp-2").model, "a");
}

}  // namespace
}  // namespace anyclaude::launcher
