// Who wins when flags, the environment and the configuration file disagree.
#include "app/command_line.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

class Precedence : public ::testing::Test {
 protected:
  Precedence() {
    std::ofstream(file_) << R"({"backend": "llama-cpp", "backends": {"llama-cpp": {"model": "of-the-file",)"
                            R"( "baseUrl": "http://127.0.0.1:1"}}})";
    std::filesystem::permissions(file_,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  Config read(std::vector<const char*> flags, EnvironmentVariables environment = {}) {
    environment.emplace("HOME", directory_.path().string());
    flags.insert(flags.begin(), {"anyclaude-broker", "--config", file_.c_str()});
    auto line = read_command_line(static_cast<int>(flags.size()), flags.data(), environment);
    EXPECT_TRUE(line.has_value()) << line.error().message;
    return line ? line->config : Config{};
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "config.json";
};

TEST_F(Precedence, TheFileBeatsDefaults) {
  Config config = read({});
  EXPECT_EQ(config.mode, "llama-cpp");
  EXPECT_EQ(config.active_backend().model, "of-the-file");
  EXPECT_EQ(config.active_backend().url, "http://127.0.0.1:1");
}

TEST_F(Precedence, TheEnvironmentBeatsTheFileValueByValue) {
  Config config = read({}, {{"LLAMA_CPP_MODEL", "of-the-environment"}});
  EXPECT_EQ(config.active_backend().model, "of-the-environment");
  EXPECT_EQ(config.active_backend().url, "http://127.0.0.1:1") << "what it does not name stays";
}

TEST_F(Precedence, FlagsBeatTheEnvironment) {
  const EnvironmentVariables environment{{"LLAMA_CPP_MODEL", "of-the-environment"},
                                         {"LLAMA_CPP_URL", "http://127.0.0.1:2"},
                                         {"ANYCLAUDE_STORE", "/store/of/the/environment"},
                                         {"ANYCLAUDE_PORT", "1002"}};
  Config config = read({"--backend-model", "of-the-flag", "--backend-url", "http://127.0.0.1:3", "--store",
                        "/store/of/the/flag", "--listen", "127.0.0.1:1003"},
                       environment);
  EXPECT_EQ(config.active_backend().model, "of-the-flag");
  EXPECT_EQ(config.active_backend().url, "http://127.0.0.1:3");
  EXPECT_EQ(config.store_directory, "/store/of/the/flag");
  EXPECT_EQ(config.listen_port, 1003);
}

TEST_F(Precedence, TheModeOfAFlagBeatsThatOfTheEnvironment) {
  EXPECT_EQ(read({}, {{"ANYCLAUDE_MODE", "openai"}}).mode, "openai");
  EXPECT_EQ(read({"--mode", "claude"}, {{"ANYCLAUDE_MODE", "openai"}}).mode, "claude");
}

TEST_F(Precedence, WithoutAWordTheStoreIsInTheHome) {
  EXPECT_EQ(read({}).store_directory, directory_.path() / ".anyclaude" / "store");
  EXPECT_EQ(read({}, {{"ANYCLAUDE_STORE", "/elsewhere"}}).store_directory, "/elsewhere");
}

}  // namespace
}  // namespace anyclaude
