// Names, aliases and the environment; which of several sources wins stands in tests/app.
#include "config/read_config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

// Profiles as the backend room knows them, as far as these tests need any.
ProfileNames profiles() {
  static const std::map<std::string, std::string, std::less<>> kNames{{"mlx-textgen", "mlx-textgen"},
                                                                      {"vllm-mlx-legacy", "vllm-mlx-legacy"},
                                                                      {"vllm-mlx", "vllm-mlx-legacy"},
                                                                      {"mlx-lm", "mlx-lm"},
                                                                      {"mlx", "mlx-lm"},
                                                                      {"lmstudio", "lmstudio"},
                                                                      {"llama-cpp", "llama-cpp"},
                                                                      {"llamacpp", "llama-cpp"},
                                                                      {"openrouter", "openrouter"},
                                                                      {"openai", "openai"},
                                                                      {"local", "openai"},
                                                                      {"claude", "claude"}};
  return {[](std::string_view name) {
            const auto found = kNames.find(name);
            return found == kNames.end() ? std::string() : found->second;
          },
          [](std::string_view) { return std::string("the-nearest"); }};
}

class ReadConfig : public ::testing::Test {
 protected:
  Config read(const std::string& text, EnvironmentVariables environment = {}, ConfigFlags flags = {}) {
    std::ofstream(file_) << text;
    flags.config_file = file_.string();
    environment.emplace("HOME", directory_.path().string());
    auto config = read_config(flags, environment, profiles());
    EXPECT_TRUE(config.has_value()) << config.error().message;
    return config.value_or(Config{});
  }
  Config read_existing(const std::string& name, EnvironmentVariables environment = {}) {
    std::ifstream in(std::filesystem::path(ANYCLAUDE_TEST_DATA) / "configs" / (name + ".json"));
    return read({std::istreambuf_iterator<char>(in), {}}, std::move(environment));
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "config.json";
};

TEST_F(ReadConfig, EveryExistingFileLoads) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(ANYCLAUDE_TEST_DATA) / "configs")) {
    const Config config = read_existing(entry.path().stem().string());
    EXPECT_TRUE(require_mode(config, profiles())) << entry.path();
    EXPECT_NE(config.profile_of(config.mode), "") << entry.path();
    ++files;
  }
  EXPECT_GE(files, 6);
}

TEST_F(ReadConfig, TheScriptDecidesWhatVllmMlxIs) {
  Config config = read_existing("vllm_mlx_script");
  EXPECT_EQ(config.mode, "vllm-mlx");
  EXPECT_EQ(config.active_backend().profile, "mlx-textgen");
  EXPECT_EQ(config.active_backend().model, "gpt-oss-20b-5bit");
  EXPECT_EQ(config.active_backend().model_path, "/models/gpt-oss-20b-5bit");
  EXPECT_EQ(config.active_backend().startup_timeout, std::chrono::minutes(3));
  EXPECT_EQ(read_existing("mlx_server_script").profile_of("mlx"), "vllm-mlx-legacy");
  EXPECT_EQ(read_existing("lmstudio_and_mlx_lm").profile_of("mlx-lm"), "mlx-lm");
}

TEST_F(ReadConfig, AModeIsAnEntryAProfileOrAnAlias) {
  const std::string text = R"({"backends": {"desk": {"profile": "llamacpp", "baseUrl": "http://desk:1"},
                                            "lmstudio": {}}})";
  const auto mode = [&](const std::string& name) {
    ConfigFlags flags;
    flags.mode = name;
    return read(text, {}, flags).mode;
  };
  EXPECT_EQ(mode("desk"), "desk");
  EXPECT_EQ(mode("llama-cpp"), "desk") << "the one entry of that profile";
  EXPECT_EQ(mode("llamacpp"), "desk");
  EXPECT_EQ(mode("LMStudio"), "lmstudio");
  EXPECT_EQ(mode("mlx"), "mlx-lm") << "an entry without settings is made";
  EXPECT_EQ(read(text).profile_of("desk"), "llama-cpp");
}

TEST_F(ReadConfig, AnUnknownModeIsRefusedWithTheNearest) {
  ConfigFlags flags;
  flags.mode = "lama-cpp";
  const Status status = require_mode(read("{}", {}, flags), profiles());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "unknown mode 'lama-cpp'; the nearest known one is 'the-nearest'");
  const Status nothing = require_mode(read("{}"), profiles());
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().message.find("no model server is configured"), std::string::npos);
  const Status nameless = require_mode(read(R"({"backend": "desk", "backends": {"desk": {}}})"), profiles());
  ASSERT_FALSE(nameless);
  EXPECT_NE(nameless.error().message.find("backends.desk does not say what kind"), std::string::npos);
}

TEST_F(ReadConfig, OldNamesOfTheEnvironmentStillWork) {
  Config config = read(R"({"backends": {"mlx-lm": {"model": "from-file"}}})",
                       {{"ANYCLAUDE_MODE", "mlx-lm"},
                        {"ANYCLAUDE_PORT", "4100"},
                        {"ANYCLAUDE_DEBUG", "2"},
                        {"ANYCLAUDE_REQUEST_TIMEOUT", "300000"},
                        {"ANYCLAUDE_NO_AUTO_LAUNCH", "1"},
                        {"PROXY_ONLY", "true"},
                        {"MLX_LM_URL", "http://localhost:1/v1"},
                        {"MLX_MODEL", "/models/m"},
                        {"OPENROUTER_BASE_URL", "https://router.example"},
                        {"OPENROUTER_API_KEY", "or"},
                        {"ANTHROPIC_API_KEY", "sk-person"},
                        {"ANTHROPIC_API_URL", "https://proxy.example"}});
  EXPECT_EQ(config.mode, "mlx-lm");
  EXPECT_EQ(config.listen_port, 4100);
  EXPECT_EQ(config.log_level, LogLevel::trace);
  EXPECT_EQ(config.timeouts.first_byte, std::chrono::minutes(5));
  EXPECT_EQ(config.timeouts.idle, std::chrono::minutes(5));
  EXPECT_EQ(config.timeouts.connect, limits::kConnectTimeMax);
  EXPECT_EQ(config.server_launch, ServerLaunch::never);
  EXPECT_EQ(config.client_start, ClientStart::no);
  EXPECT_EQ(config.backends["mlx-lm"].url, "http://localhost:1/v1");
  EXPECT_EQ(config.backends["mlx-lm"].model, "from-file");
  EXPECT_EQ(config.backends["mlx-textgen"].model_path, "/models/m");
  EXPECT_EQ(config.backends["openrouter"].url, "https://router.example");
  EXPECT_EQ(config.backends["openrouter"].api_key, "or");
  EXPECT_EQ(config.backends["claude"].url, "https://proxy.example");
  EXPECT_EQ(config.backends["claude"].api_key, "sk-person") << "for when the broker is switched there";
  for (const auto& [name, backend] : config.backends)
    EXPECT_EQ(backend.api_key == "sk-person", name == "claude");
}

TEST_F(ReadConfig, ThePersonsKeyGoesToAnthropicAlone) {
  EXPECT_EQ(read(R"({"backend": "claude"})", {{"ANTHROPIC_API_KEY", "sk"}}).active_backend().api_key, "sk");
  for (const auto& [name, backend] : read(R"({"backend": "local"})", {{"ANTHROPIC_API_KEY", "sk"}}).backends)
    EXPECT_EQ(backend.api_key, "") << name;
}

TEST_F(ReadConfig, TheEnvironmentFindsAnEntryByItsProfile) {
  Config config = read(R"({"backend": "desk", "backends": {"desk": {"profile": "llama-cpp"}, "mlx": {}}})",
                       {{"LLAMA_CPP_MODEL", "m"}, {"MLX_MODEL", "n"}, {"VLLM_MLX_URL", "http://v:1"}});
  EXPECT_EQ(config.backends["desk"].model, "m");
  EXPECT_EQ(config.backends["mlx"].model, "n");
  EXPECT_EQ(config.backends["vllm-mlx-legacy"].url, "http://v:1");
  EXPECT_EQ(read_existing("vllm_mlx_script", {{"VLLM_MLX_URL", "http://v:1"}}).active_backend().url,
            "http://v:1");
}

TEST_F(ReadConfig, WrongValuesOfTheEnvironmentAreNamed) {
  for (const auto& [name, value] : EnvironmentVariables{
           {"ANYCLAUDE_PORT", "many"}, {"ANYCLAUDE_DEBUG", "9"}, {"ANYCLAUDE_REQUEST_TIMEOUT", "10m"}}) {
    const auto config = read_config({}, {{"HOME", directory_.path().string()}, {name, value}}, profiles());
    ASSERT_FALSE(config) << name;
    EXPECT_NE(config.error().message.find(name), std::string::npos);
  }
}

TEST_F(ReadConfig, ANamedStoreIsFoundWhateverTheFileSays) {
  std::ofstream(file_) << "not json";
  ConfigFlags flags;
  flags.config_file = file_.string();
  const EnvironmentVariables home{{"HOME", directory_.path().string()}};
  EXPECT_FALSE(read_store_directory(flags, home));
  EXPECT_EQ(read_store_directory(flags, {{"ANYCLAUDE_STORE", "/s"}}).value(), "/s");
  flags.store = "/of/the/flag";
  EXPECT_EQ(read_store_directory(flags, {{"ANYCLAUDE_STORE", "/s"}}).value(), "/of/the/flag");
  std::ofstream(file_) << R"({"store": "/of/the/file", "backend": "nobody-knows"})";
  flags.store.clear();
  EXPECT_EQ(read_store_directory(flags, home).value(), "/of/the/file");
}

TEST_F(ReadConfig, ProxiesAndCertificatesComeFromTheEnvironment) {
  const NetworkConfig network = read(R"({"backend": "claude"})", {{"HTTPS_PROXY", "http://upper"},
                                                                  {"https_proxy", "http://lower"},
                                                                  {"HTTP_PROXY", "http://plain"},
                                                                  {"ALL_PROXY", "http://all"},
                                                                  {"no_proxy", "gpu.example"},
                                                                  {"SSL_CERT_FILE", "/ca.pem"},
                                                                  {"SSL_CERT_DIR", "/certs"}})
                                    .network;
  EXPECT_EQ(network.https_proxy, "http://lower");
  EXPECT_EQ(network.http_proxy, "http://plain");
  EXPECT_EQ(network.all_proxy, "http://all");
  EXPECT_EQ(network.no_proxy, "gpu.example");
  EXPECT_EQ(network.ssl_cert_file, "/ca.pem");
  EXPECT_EQ(network.ssl_cert_dir, "/certs");
}

TEST_F(ReadConfig, ACgiProgramsHttpProxyIsTheClientsAndIgnored) {
  const auto http_proxy = [&](const EnvironmentVariables& variables) {
    return read(R"({"backend": "claude"})", variables).network.http_proxy;
  };
  EXPECT_EQ(http_proxy({{"REQUEST_METHOD", "POST"}, {"HTTP_PROXY", "http://evil"}}), "");
  EXPECT_EQ(http_proxy({{"REQUEST_METHOD", "POST"}, {"http_proxy", "http://mine"}}), "http://mine");
}

}  // namespace
}  // namespace anyclaude
