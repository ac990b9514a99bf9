#include "tools/launcher/server_plan.h"

#include "tests/launcher/settings_fixture.h"

namespace anyclaude::launcher {
namespace {

class ServerPlan : public WithSetting {
 protected:
  KeptProgram planned(const Setting& setting) {
    auto program = plan_server(setting, backend_of(setting));
    EXPECT_TRUE(program) << program.error().message;
    return program.value_or(KeptProgram{});
  }
  std::string refusal(const std::string& config) {
    const Setting setting = setting_of(config);
    const auto program = plan_server(setting, backend_of(setting));
    EXPECT_FALSE(program);
    return program ? "" : program.error().message;
  }
  bool wanted(const std::string& backend, EnvironmentVariables environment = {}) {
    const Setting setting =
        setting_of(R"({"backend": "b", "backends": {"b": )" + backend + "}}", std::move(environment));
    return wants_server(setting, backend_of(setting));
  }
};

TEST_F(ServerPlan, AServerIsWantedOnceThereIsSomethingToStart) {
  const std::string local = R"("profile": "llama-cpp", "baseUrl": "http://127.0.0.1:1")";
  EXPECT_FALSE(wanted("{" + local + "}"));
  EXPECT_FALSE(wanted("{" + local + R"(, "model": "current-model"})"));
  EXPECT_TRUE(wanted("{" + local + R"(, "model": "/m"})"));
  EXPECT_TRUE(wanted("{" + local + R"(, "modelPath": "/m"})"));
  EXPECT_TRUE(wanted("{" + local + R"(, "serverScript": "s"})"));
  EXPECT_FALSE(wanted("{" + local + R"(, "modelPath": "/m", "autoStartServer": false})"));
  EXPECT_FALSE(wanted("{" + local + R"(, "modelPath": "/m"})", {{"ANYCLAUDE_NO_AUTO_LAUNCH", "1"}}));
  EXPECT_FALSE(wanted(R"({"profile": "llama-cpp", "baseUrl": "http://elsewhere:1", "modelPath": "/m"})"));
  EXPECT_FALSE(wanted(R"({"profile": "claude", "modelPath": "/m"})"));
}

TEST_F(ServerPlan, AScriptIsToldModelPortCacheAndLogInThatOrder) {
  std::ofstream(home() / "serve.sh") << "#!/bin/sh\n";
  std::filesystem::permissions(home() / "serve.sh", std::filesystem::perms::owner_all);
  std::filesystem::create_directory(home() / "model");
  const KeptProgram program = planned(setting_of(R"({"backend": "mlx-textgen", "backends": {"mlx-textgen":
      {"port": 8123, "model": "~/model", "serverScript": "serve.sh"}}})"));
  const std::string model = (home() / "model").string();
  const std::string cache = (home() / ".anyclaude" / "cache").string();
  const std::string log = (home() / ".anyclaude" / "logs" / "mlx-textgen-server.log").string();
  EXPECT_EQ(program.arguments,
            (std::vector<std::string>{(home() / "serve.sh").string(), model, "8123", cache, log}));
  EXPECT_EQ(program.environment, (EnvironmentVariables{{"ANYCLAUDE_MODEL", model},
                                                       {"ANYCLAUDE_PORT", "8123"},
                                                       {"ANYCLAUDE_CACHE_DIR", cache},
                                                       {"ANYCLAUDE_LOG_FILE", log}}));
  EXPECT_EQ(program.log, log);
}

TEST_F(ServerPlan, AMissingScriptLeavesTheProfilesOwnCommand) {
  const KeptProgram program = planned(setting_of(R"({"backend": "mlx-textgen", "backends": {"mlx-textgen":
      {"port": 8123, "modelPath": "owner/model", "serverScript": "scripts/not-there.sh"}}})"));
  EXPECT_EQ(program.arguments, (std::vector<std::string>{"mlx_textgen", "serve", "-m", "owner/model", "-p",
                                                         "8123", "--host", "127.0.0.1"}));
}

TEST_F(ServerPlan, AScriptInPythonGetsOptions) {
  std::ofstream(home() / "mlx-server.py") << "";
  const KeptProgram program = planned(setting_of(R"({"backend": "mlx", "backends": {"mlx":
      {"port": 8123, "modelPath": "owner/model", "serverScript": "mlx-server.py"}}})"));
  EXPECT_EQ(program.arguments, (std::vector<std::string>{"python3", (home() / "mlx-server.py").string(),
                                                         "--model", "owner/model", "--port", "8123"}));
}

TEST_F(ServerPlan, WhatCannotBeStartedIsSaidWithWhatToChange) {
  EXPECT_NE(refusal(R"({"backend": "llama-cpp", "backends": {"llama-cpp": {"modelPath": "/not/there"}}})")
                .find("correct \"modelPath\""),
            std::string::npos);
  EXPECT_NE(
      refusal(R"({"backend": "openai", "backends": {"openai": {"port": 1, "serverScript": "gone.sh"}}})")
          .find("the script gone.sh is not there"),
      std::string::npos);
  EXPECT_NE(refusal(R"({"backend": "llama-cpp", "backends": {"llama-cpp": {"serverScript": "gone.sh"}}})")
                .find("set backends.llama-cpp.modelPath"),
            std::string::npos);
}

}  // namespace
}  // namespace anyclaude::launcher
