#include "config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace anyclaude {
namespace {

std::string error_of(std::string_view text) {
  Config config;
  const Status status = apply_config_text(config, text, "test.json");
  return status ? "" : status.error().message;
}

TEST(ConfigFile, ReadsTheKeysOfExistingFiles) {
  Config config;
  ASSERT_TRUE(apply_config_text(config, R"({
    // comments are allowed
    "backend": "mlx-textgen", "port": 8123,
    "debug": {"level": 1, "enableTraces": false, "enableStreamLogging": false},
    "backends": {
      "mlx-textgen": {"enabled": true, "port": 8080, "baseUrl": "http://localhost:8080/v1", "apiKey": "k",
        "model": "current-model", "modelPath": "/m", "serverScript": "scripts/start.sh", "description": "d",
        "maxTokens": 1, "autoStartServer": true, "startupTimeout": 1},
      "lmstudio": {"port": 1234}}})",
                                "test.json"));
  EXPECT_EQ(config.mode, "mlx-textgen");
  EXPECT_EQ(config.listen_port, 8123);
  EXPECT_EQ(config.log_level, LogLevel::debug);
  EXPECT_EQ(config.active_backend().url, "http://localhost:8080/v1");
  EXPECT_EQ(config.active_backend().model, "") << "current-model means whatever is loaded";
  EXPECT_EQ(config.active_backend().api_key, "k");
  EXPECT_EQ(config.active_backend().model_path, "/m");
  EXPECT_EQ(config.active_backend().server_script, "scripts/start.sh");
  EXPECT_EQ(config.active_backend().description, "d");
  EXPECT_EQ(config.active_backend().max_tokens, 1u);
  EXPECT_EQ(config.active_backend().auto_start, AutoStart::on);
  EXPECT_EQ(config.active_backend().startup_timeout, std::chrono::seconds(1));
  EXPECT_EQ(config.backends["lmstudio"].url, "http://127.0.0.1:1234");
}

TEST(ConfigFile, ReadsWhatABackendIs) {
  Config config;
  ASSERT_TRUE(apply_config_text(config, R"({"backends": {"mine": {"profile": "llama-cpp", "api": "anthropic",
      "models": {"opus": "big", "haiku": "small"}, "tool_rescue": "off", "enabled": false,
      "autoStartServer": false, "startupTimeout": 90000}}})",
                                "test.json"));
  const BackendConfig& mine = config.backends["mine"];
  EXPECT_EQ(config.profile_of("mine"), "llama-cpp");
  EXPECT_EQ(config.profile_of("another"), "another");
  EXPECT_EQ(mine.api, Api::anthropic);
  EXPECT_EQ(mine.models.opus, "big");
  EXPECT_EQ(mine.models.sonnet, "");
  EXPECT_EQ(mine.models.haiku, "small");
  EXPECT_EQ(mine.tool_rescue, RescueMode::off);
  EXPECT_EQ(mine.use, BackendUse::disabled);
  EXPECT_EQ(mine.auto_start, AutoStart::off);
  EXPECT_EQ(mine.startup_timeout, std::chrono::seconds(90)) << "large numbers are milliseconds";
}

TEST(ConfigFile, AModelThatIsAPathIsWhatToStart) {
  for (const std::string path : {"/models/x", "~/models/x", "./x", "../x"}) {
    BackendConfig backend;
    set_model(backend, path);
    EXPECT_EQ(backend.model_path, path);
    EXPECT_EQ(backend.model, "");
  }
  BackendConfig backend;
  set_model(backend, "mlx-community/Qwen3-4bit");
  EXPECT_EQ(backend.model_path, "");
  EXPECT_EQ(backend.model, "mlx-community/Qwen3-4bit");
}

TEST(ConfigFile, ReadsThisVersionsKeys) {
  Config config;
  ASSERT_TRUE(apply_config_text(config, R"({"listen": "0.0.0.0:99", "store": "/s", "log_level": "error",
      "allowed_hosts": ["box.lan"], "prompt": {"level": "safe"},
      "cache": {"mode": "read_only", "ttl": "2h", "max_bytes": "512MiB"}})",
                                "test.json"));
  EXPECT_EQ(config.listen_host, "0.0.0.0");
  EXPECT_EQ(config.listen_port, 99);
  EXPECT_EQ(config.cache_mode, CacheMode::read_only);
  EXPECT_EQ(config.cache_ttl, std::chrono::hours(2));
  EXPECT_EQ(config.cache_bytes_max, 512ull << 20);
  EXPECT_EQ(config.prompt_level, OrderingLevel::safe);
  EXPECT_EQ(config.allowed_hosts, std::vector<std::string>{"box.lan"});
}

TEST(ConfigFile, AnUnknownKeyIsAnErrorThatNamesTheNearest) {
  EXPECT_EQ(error_of(R"({"bakend": "x"})"),
            "test.json: unknown key 'bakend'; the nearest known one is 'backend'");
  EXPECT_NE(error_of(R"({"cache": {"tll": 1}})").find("'cache.ttl'"), std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"openai": {"baseURL": "u"}}})").find("'backends.openai.baseUrl'"),
            std::string::npos);
}

TEST(ConfigFile, WrongValuesAreNamedWithTheirKey) {
  EXPECT_NE(error_of(R"({"port": 70000})").find("'port'"), std::string::npos);
  EXPECT_NE(error_of(R"({"port": "1"})").find("'port'"), std::string::npos);
  EXPECT_NE(error_of(R"({"cache": {"ttl": "soon"}})").find("'cache.ttl'"), std::string::npos);
  EXPECT_EQ(error_of(R"({"cache": {"mode": "readonly"}})"),
            "test.json: 'cache': 'cache.mode': must be one of on, off, read_only, write_only; the nearest is "
            "'read_only'");
  EXPECT_NE(error_of(R"({"backends": {"a": {"api": 1}}})").find("must be one of openai, anthropic"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"tool_rescue": 1}}})").find("on or off"), std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"startupTimeout": 0}}})").find("at most a day"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"enabled": 1}}})").find("true or false"), std::string::npos);
  EXPECT_NE(error_of(R"({"backends": {"a": {"models": {"opos": "x"}}}})").find("'backends.a.models.opus'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"cache": []})").find("'cache' must be an object"), std::string::npos);
  EXPECT_NE(error_of("{\n\"a\": }").find("line 2"), std::string::npos);
  EXPECT_NE(error_of("[]").find("one JSON object"), std::string::npos);
}

class ConfigOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("anyclaude-config-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_ / "home");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path write(const std::filesystem::path& name, mode_t mode) {
    const auto file = directory_ / name;
    std::ofstream(file) << R"({"backend": "openai"})";
    ::chmod(file.c_str(), mode);
    return file;
  }
  std::filesystem::path directory_;
};

TEST_F(ConfigOnDisk, AFileThatOthersCanWriteIsRefused) {
  Config config;
  const Status status = apply_config_file(config, write("loose.json", 0666));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::permission);
  EXPECT_TRUE(apply_config_file(config, write("tight.json", 0600)));
  EXPECT_EQ(config.mode, "openai");
}

TEST_F(ConfigOnDisk, TheWorkingDirectoryComesBeforeTheHome) {
  EXPECT_EQ(find_config_file(directory_, directory_ / "home"), "");
  const auto home_file = write("home/.anyclauderc.json", 0600);
  EXPECT_EQ(find_config_file(directory_, directory_ / "home"), home_file);
  const auto near_file = write(".anyclauderc.json", 0600);
  EXPECT_EQ(find_config_file(directory_, directory_ / "home"), near_file);
}

TEST(Quantities, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(*parse_duration("90"), std::chrono::seconds(90));
  EXPECT_EQ(*parse_duration("5m"), std::chrono::minutes(5));
  EXPECT_EQ(*parse_duration("7d"), std::chrono::hours(168));
  EXPECT_EQ(*parse_byte_size("2GiB"), 2ull << 30);
  EXPECT_EQ(*parse_byte_size("1048576"), 1ull << 20);
  for (const std::string wrong : {"", "h", "-1s", "1.5h", "5 m", "99999999999999999999", "9999999999999999d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  EXPECT_FALSE(parse_byte_size("5 GiB"));
}

TEST(ListenAddress, HostAndPort) {
  Config config;
  ASSERT_TRUE(apply_listen_address(config, "127.0.0.1:0"));
  ASSERT_TRUE(apply_listen_address(config, "[::1]:8080"));
  EXPECT_EQ(config.listen_host, "::1");
  EXPECT_EQ(config.listen_port, 8080);
  for (const std::string wrong : {"8080", "::1:80", "host:", "host:70000", "host:x", "h:1x"})
    EXPECT_FALSE(apply_listen_address(config, wrong)) << wrong;
}

TEST(Config, TimeoutsAreDurationsOfAtLeastASecond) {
  Config config;
  ASSERT_TRUE(
      apply_config_text(config, R"({"timeouts":{"connect":"3s","first_byte":"20m","idle":90}})", "f"));
  EXPECT_EQ(config.timeouts.connect, std::chrono::seconds(3));
  EXPECT_EQ(config.timeouts.first_byte, std::chrono::minutes(20));
  EXPECT_EQ(config.timeouts.idle, std::chrono::seconds(90));
  for (const char* wrong : {R"({"timeouts":{"idle":0}})", R"({"timeouts":{"idle":"soon"}})",
                            R"({"timeouts":{"ilde":"5s"}})", R"({"timeouts":5})"})
    EXPECT_FALSE(apply_config_text(config, wrong, "f")) << wrong;
}

}  // namespace
}  // namespace anyclaude
