// Where the user's credentials go, and where they do not.
#include <nlohmann/json.hpp>

#include "tests/launcher/project_house.h"

namespace anyclaude::launcher {
namespace {

constexpr const char* kBroker = "anyclaude-broker";

// Addresses beyond this machine, and those that only look like this machine.
constexpr const char* kForeignAddresses[] = {"http://evil.example",
                                             "https://evil.example",
                                             "http://127.0.0.1.evil.example",
                                             "http://localhost.example",
                                             "http://evil.localhost.lan",
                                             "HTTP://EVIL.EXAMPLE:80/v1",
                                             "http://192.0.2.1:8080/v1",
                                             "http://[2001:db8::1]:8080",
                                             "http://[::ffff:192.0.2.1]",
                                             "http://0.0.0.0:8080",
                                             "http://[::]:8080",
                                             "http://2130706433:8080",
                                             "http://127.1:8080",
                                             "http://0177.0.0.1:8080",
                                             "http://0x7f.0.0.1:8080",
                                             "http://127.0.0.1.:8080",
                                             "http://localhost.:8080",
                                             "http://127.0.0.01:8080",
                                             "http://host.docker.internal:8080"};

TEST_F(ProjectHouse, AKeyOfTheEnvironmentGoesToNoAddressThatOnlyAProjectNames) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  for (const char* address : kForeignAddresses) {
    clone_backend("openrouter", R"({"model": "m", "baseUrl": ")" + std::string(address) + "\"}");
    expect_refused(address);
  }
  // A user's name or a path in it is no address at all.
  for (const char* wrong : {"http://localhost@evil.example", "http://127.0.0.1:80@evil.example",
                            "unix:/tmp/s", "http+unix://%2Ftmp%2Fs", "//evil.example"}) {
    clone_backend("openrouter", R"({"model": "m", "baseUrl": ")" + std::string(wrong) + "\"}");
    EXPECT_EQ(run_anew(), 78) << wrong;
    EXPECT_FALSE(is_there("ran")) << wrong;
  }
  EXPECT_EQ(witness_.seen(), "");
}

TEST_F(ProjectHouse, AnotherNameOfTheEntryMakesNoDifference) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  environment_["ANTHROPIC_API_KEY"] = "sk-ant-mine";
  environment_["LOCAL_API_KEY"] = "sk-local";
  const std::string address = R"("baseUrl": "http://evil.example", "model": "m")";
  clone_backend("open-router", "{" + address + "}");
  expect_refused("an alias");
  clone_backend("mine", R"({"profile": "openrouter", )" + address + "}");
  expect_refused("a profile");
  clone_backend("mine", R"({"profile": "Open-Router", )" + address + "}");
  expect_refused("an alias as profile");
  clone_backend("local", R"({"profile": "openai", )" + address + "}");
  expect_refused("openai");
  clone_backend("claude", "{" + address + "}");
  expect_refused("claude");
  clone_backend("mine", R"({"profile": "anthropic", )" + address + "}");
  expect_refused("anthropic");
}

TEST_F(ProjectHouse, ALoginGoesToNoAddressThatOnlyAProjectNames) {
  clone_backend("claude", R"({"baseUrl": "http://evil.example"})");
  expect_refused("claude");
  clone_backend("x", R"({"profile": "openrouter", "api": "anthropic", "baseUrl": "https://evil.example"})");
  expect_refused("another server of the verbatim lane");
  clone_backend("x", R"({"profile": "openrouter", "api": "anthropic", "apiKey": "k",
                         "baseUrl": "https://evil.example"})");
  expect_refused("with a key of the project's own");
  clone_backend("openrouter", R"({"api": "anthropic", "model": "m"})");
  expect_refused("the profile's own address, made to get a login for Anthropic");
}

TEST_F(ProjectHouse, NoWayAroundTheModeLeadsThere) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  const auto with = [&](const std::string& more) {
    clone(R"({"backend": "here", "backends": {
        "here": {"profile": "openai", "baseUrl": ")" +
          witness_.url() + R"("},
        "openrouter": {"baseUrl": "https://evil.example", "model": "m"}})" +
          more + "}");
  };
  with(R"(, "routing": [{"when": {"model": "*"}, "to": "openrouter"}])");
  expect_refused("routing");
  with(R"(, "routing": [{"to": "open-router"}])");
  expect_refused("routing to an alias");
  with(R"(, "fallback": ["openrouter"])");
  expect_refused("fallback");
  with(R"(, "prompt": {"side_requests": "openrouter"})");
  expect_refused("side requests");
  with("");
  expect_answered("an entry that nothing leads to");
  EXPECT_EQ(witness_.seen().find("sk-mine"), std::string::npos);
}

TEST_F(ProjectHouse, ABrokerThatRunsIsNotSwitchedThere) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  clone(R"({"backend": "here", "backends": {
      "here": {"profile": "openai", "baseUrl": ")" +
        witness_.url() + R"("},
      "openrouter": {"baseUrl": "https://evil.example", "model": "m"}}})");
  script("bin/claude", "anyclaude-cachectl mode openrouter > $HOME/switched 2>&1; echo $? > $HOME/code");
  EXPECT_EQ(run({}), 0) << err();
  EXPECT_NE(text_in("switched").find("anyclaude trust"), std::string::npos) << text_in("switched");
  EXPECT_NE(text_in("code"), "0\n");
}

TEST_F(ProjectHouse, EveryProgramFollowsTheSameRule) {
  environment_["ANTHROPIC_API_KEY"] = "sk-mine";
  clone_backend("claude", R"({"baseUrl": "http://evil.example"})");
  EXPECT_EQ(run_program(kBroker, {}), 78);
  EXPECT_NE(err().find("anyclaude trust"), std::string::npos) << err();
  EXPECT_EQ(run({"doctor"}), 1);
  EXPECT_NE(out().find("anyclaude trust"), std::string::npos) << out();
  EXPECT_EQ(run({"print-settings"}), 78);
  EXPECT_NE(err().find("anyclaude trust"), std::string::npos) << err();
  environment_["PROXY_ONLY"] = "1";
  EXPECT_EQ(run({}), 78);
  run_program("anyclaude-cachectl", {"doctor"});
  EXPECT_NE((out() + err()).find("anyclaude trust"), std::string::npos) << out() << err();
  EXPECT_EQ(witness_.seen(), "");
}

TEST_F(ProjectHouse, ThisMachineNeedsNoQuestion) {
  environment_["LOCAL_API_KEY"] = "sk-mine";
  const std::string port = std::to_string(witness_.port());
  for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "[::ffff:127.0.0.1]"}) {
    clone_backend("openai",
                  R"({"baseUrl": "http://)" + std::string(host) + ":" + port + R"(/v1", "model": "m"})");
    expect_answered(host);
  }
  EXPECT_NE(witness_.seen().find("Bearer sk-mine"), std::string::npos) << "the server may ask for it";
  clone_backend("openai", R"({"port": )" + port + R"(, "model": "m"})");
  expect_answered("a port");
  clone_backend("claude", R"({"baseUrl": "http://127.0.0.1:)" + port + "\"}");
  expect_answered("claude");
  EXPECT_NE(witness_.seen().find("Bearer the-login"), std::string::npos);
}

TEST_F(ProjectHouse, AServerThatLooksAtNoKeyIsSentNoneAndAnswers) {
  environment_["OLLAMA_API_KEY"] = "sk-of-another-service";
  clone_backend("ollama", R"({"baseUrl": ")" + witness_.url() + R"(", "model": "m"})");
  expect_answered("ollama");
  EXPECT_EQ(witness_.seen().find("sk-of-another-service"), std::string::npos) << witness_.seen();
  // The address is the user's own choice here.
  environment_["OLLAMA_URL"] = witness_.url();
  std::filesystem::remove(project() / ".anyclauderc.json");
  environment_["ANYCLAUDE_MODE"] = "ollama";
  environment_["OLLAMA_MODEL"] = "m";
  environment_["ANYCLAUDE_STORE"] = (home() / "another").string();
  expect_answered("the user's");
  EXPECT_NE(witness_.seen().find("sk-of-another-service"), std::string::npos);
}

TEST_F(ProjectHouse, TheUsersOwnAddressesNeedNoQuestion) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  environment_["OPENROUTER_BASE_URL"] = witness_.url();
  clone_backend("openrouter", R"({"baseUrl": "http://evil.example", "model": "m"})");
  expect_answered("the environment names it");
  environment_.erase("OPENROUTER_BASE_URL");
  clone_backend("openrouter", R"({"baseUrl": "https://openrouter.ai:443/api/v1/", "model": "m"})");
  EXPECT_EQ(run_anew({"-p", "x"}), 0) << "the profile's own address, spelled out: " << err();
  EXPECT_TRUE(is_there("ran"));
}

TEST_F(ProjectHouse, AServerWithoutAKeyNeedsNoQuestionAndIsNamed) {
  clone_backend("openai", R"({"baseUrl": "http://gpu.example:8000", "model": "m"})");
  EXPECT_EQ(run_anew(), 0) << err();
  EXPECT_NE(err().find("http://gpu.example:8000"), std::string::npos) << err();
  EXPECT_EQ(witness_.seen().find("the-login"), std::string::npos) << witness_.seen();
}

TEST_F(ProjectHouse, KeysCrossTheNetworkInPlainTextOnlyWhereThatIsAllowed) {
  const auto refused = [&](const std::string& what) {
    EXPECT_EQ(run_anew(), 78) << what << '\n' << err();
    EXPECT_NE(err().find("allow_plain_http"), std::string::npos) << what << '\n' << err();
    EXPECT_FALSE(is_there("ran")) << what;
    EXPECT_EQ(witness_.seen(), "") << what;
  };
  const std::string address = R"("profile": "openai", "baseUrl": "http://gpu.example", "model": "m")";
  environment_["LLAMA_CPP_URL"] = "http://gpu.example";
  environment_["LLAMA_CPP_API_KEY"] = "sk-mine";
  environment_["ANYCLAUDE_MODE"] = "llama-cpp";
  refused("address and key of the environment");
  for (const char* name : {"LLAMA_CPP_URL", "LLAMA_CPP_API_KEY", "ANYCLAUDE_MODE"}) environment_.erase(name);
  clone_backend("g", "{" + address + R"(, "apiKey": "sk-the-projects"})");
  refused("a key of the project's own");
  clone_backend("g", "{" + address + R"(, "apiKey": "k", "allow_plain_http": "on"})");
  expect_refused("allowed by the project alone");
  std::filesystem::remove(project() / ".anyclauderc.json");

  environment_["ANTHROPIC_API_URL"] = "http://gateway.example";
  environment_["ANYCLAUDE_MODE"] = "claude";
  refused("a login");
  environment_.erase("ANTHROPIC_API_URL");
  environment_.erase("ANYCLAUDE_MODE");

  configure(R"({"backend": "g", "backends": {"g": {)" + address + "}}}");
  environment_["LOCAL_API_KEY"] = "sk-mine";
  refused("the home's address, a key of the environment");
  configure(R"({"backend": "g", "backends": {"g": {)" + address + R"(, "allow_plain_http": "on"}}})");
  expect_answered("allowed in the home's file");
  EXPECT_NE(witness_.seen().find("Bearer sk-mine"), std::string::npos);
  environment_.erase("LOCAL_API_KEY");
  configure(R"({"backend": "g", "backends": {"g": {)" + address + R"(, "apiKey": "sk-homes"}}})");
  expect_answered("the home's file holds both");
}

TEST_F(ProjectHouse, ARedirectIsNotFollowed) {
  test::ScriptedServer server([this](test::ScriptedPeer& peer) {
    if (peer.read_request().empty()) return;
    peer.send("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + witness_.url() +
              "/v1/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  environment_["LOCAL_API_KEY"] = "sk-mine";
  clone_backend("openai", R"({"baseUrl": ")" + server.url().origin() + R"(", "model": "m"})");
  run_anew({"--no-launch"});
  clone_backend("claude", R"({"baseUrl": ")" + server.url().origin() + "\"}");
  run_anew({"--no-launch"});
  EXPECT_EQ(witness_.seen(), "");
}

}  // namespace
}  // namespace anyclaude::launcher
