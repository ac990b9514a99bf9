// Whole runs of `anyclaude`.
#include <sys/ioctl.h>
#include <termios.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/launcher/launcher_house.h"

namespace anyclaude::launcher {
namespace {

constexpr const char* kAsk =
    "curl -s -o /dev/null -d "
    "'{\"model\":\"m\",\"max_tokens\":900,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}' "
    "$ANTHROPIC_BASE_URL/v1/messages";
// A claude that leaves word that it runs, and ends when it is told to.
constexpr const char* kWaiting =
    "echo $ANTHROPIC_BASE_URL > $HOME/running.$1; while [ ! -e $HOME/end.$1 ]; do sleep 0.02; done";

TEST_F(LauncherHouse, ArgumentsAndTheExitCodePassThrough) {
  configure_server();
  EXPECT_EQ(run({"-p", "a b", "--model", "opus", "--", "--mode", "x"}), 7);
  EXPECT_EQ(out(), "args: -p a b --model opus --mode x\n");
}

TEST_F(LauncherHouse, AClientThatASignalEndsIsReportedAsShellsDo) {
  configure_server();
  script("bin/claude", "kill -SEGV $$");
  EXPECT_EQ(run({}), 128 + SIGSEGV);
  const pid_t server = pid_in("server.pid");
  EXPECT_TRUE(wait_until([&] { return ::kill(server, 0) != 0; }))
      << "a crash of claude leaves nothing behind";
}

TEST_F(LauncherHouse, TheServerIsToldWhatItNeedsAndLogged) {
  configure_server();
  // It starts to listen when the launcher has said that it waits, or after ten seconds.
  std::string serve = text_in("serve.sh");
  serve.insert(
      serve.find("exec "),
      "i=0; until grep -q 'waiting for' \"$HOME/err\" || [ $i = 1000 ]; do i=$((i + 1)); sleep 0.01; done\n");
  script("serve.sh", serve);
  script("bin/claude", std::string(kAsk) + "; " + kAsk);
  EXPECT_EQ(run({}), 0);
  const std::string base = home().string();
  const std::string log = base + "/.anyclaude/logs/llama-cpp-server.log";
  EXPECT_EQ(text_in("server.args"),
            base + "/model " + std::to_string(port_) + " " + base + "/.anyclaude/cache " + log + "\n");
  EXPECT_NE(text_in(".anyclaude/logs/llama-cpp-server.log").find("listening on"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(log).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_NE(err().find("waiting for llama-cpp"), std::string::npos);
  EXPECT_NE(err().find("2 requests, 1 answered without the model"), std::string::npos) << err();
}

TEST_F(LauncherHouse, TheFileOfFiguresIsUpdatedWhereItIs) {
  configure_server();
  std::ofstream(home() / ".anyclaude-cache-metrics.json") << "{}";
  script("bin/claude", kAsk);
  EXPECT_EQ(run({"-p", "x"}), 0);
  const auto file = nlohmann::json::parse(text_in(".anyclaude-cache-metrics.json"));
  EXPECT_EQ(file.at("metrics").at("totalRequests"), 1);
  EXPECT_EQ(err().find("request"), std::string::npos) << "a script that prints gets nothing of ours";
}

TEST_F(LauncherHouse, AServerThatEndsAtItsStartIsShownWithItsLog) {
  configure_server();
  script("serve.sh", "echo 'loading model'; echo 'ggml: out of memory' >&2; exit 3");
  script("bin/claude", "echo ran > $HOME/ran");
  EXPECT_EQ(run({}), 1);
  EXPECT_FALSE(is_there("ran"));
  EXPECT_NE(err().find("ended with exit code 3 before it was ready"), std::string::npos) << err();
  EXPECT_NE(err().find("    loading model\n    ggml: out of memory\n"), std::string::npos) << err();
  EXPECT_NE(err().find("The model does not fit"), std::string::npos) << err();
}

TEST_F(LauncherHouse, AMissingScriptLeavesTheProfilesCommand) {
  configure_server();
  std::filesystem::remove(home() / "serve.sh");
  script("bin/llama-server",
         "echo $$ > $HOME/server.pid; echo \"$@\" > $HOME/server.args\n"
         "exec anyclaude-simserver --port $4");
  EXPECT_EQ(run({}), 7);
  EXPECT_EQ(text_in("server.args").find("-m " + home().string() + "/model --port"), 0u)
      << text_in("server.args");
}

TEST_F(LauncherHouse, AProgramThatIsNotThereIsNamed) {
  configure_server();
  std::filesystem::remove(home() / "serve.sh");
  EXPECT_EQ(run({}), 78);
  EXPECT_NE(err().find("there is no program 'llama-server' here"), std::string::npos) << err();
}

TEST_F(LauncherHouse, TwoLaunchersShareOneBrokerAndOneServerUntilTheLastIsGone) {
  configure_server();
  script("bin/claude", kWaiting);
  const pid_t first = start({"one"});
  const pid_t second = start({"two"});
  ASSERT_TRUE(wait_until([&] { return is_there("running.one") && is_there("running.two"); })) << err();
  ASSERT_TRUE(
      wait_until([&] { return text_in("running.one").size() > 1 && text_in("running.two").size() > 1; }));
  EXPECT_EQ(text_in("running.one"), text_in("running.two"));
  EXPECT_EQ(text_in("starts"), "started\n");
  std::ofstream(home() / "end.one") << "";
  EXPECT_EQ(finish(first), 0);
  // A third one joins after the first, which started everything, has gone.
  const pid_t third = start({"three"});
  ASSERT_TRUE(wait_until([&] { return text_in("running.three").size() > 1; })) << err();
  EXPECT_EQ(text_in("running.three"), text_in("running.two"));
  EXPECT_EQ(text_in("starts"), "started\n");
  for (const char* name : {"end.two", "end.three"}) std::ofstream(home() / name) << "";
  EXPECT_EQ(finish(second), 0);
  EXPECT_EQ(finish(third), 0);
}

TEST_F(LauncherHouse, AKilledLauncherLeavesNothingBehind) {
  configure_server();
  script("bin/claude", "echo $$ > $HOME/client.pid; " + std::string(kWaiting));
  const pid_t launcher = start({"one"});
  ASSERT_TRUE(wait_until([&] { return text_in("running.one").size() > 1; })) << err();
  const auto broker = nlohmann::json::parse(text_in(".anyclaude/store/broker.json")).at("pid").get<pid_t>();
  const pid_t server = pid_in("server.pid");
  ::kill(launcher, SIGKILL);
  EXPECT_EQ(finish(launcher), 128 + SIGKILL);
  for (const pid_t pid : {broker, server})
    EXPECT_TRUE(wait_until([&] { return ::kill(pid, 0) != 0; })) << pid;
#ifdef __linux__
  const pid_t client = pid_in("client.pid");
  EXPECT_TRUE(wait_until([&] { return ::kill(client, 0) != 0; })) << "claude outlives its launcher";
#else
  std::ofstream(home() / "end.one") << "";
#endif
}

TEST_F(LauncherHouse, CtrlCIsForClaude) {
  configure_server();
  script("bin/claude",
         "trap 'echo interrupted; exit 5' INT; echo > $HOME/running; while :; do sleep 0.02; done");
  const FileDescriptor keyboard(::posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_EQ(::grantpt(keyboard.get()), 0);
  ASSERT_EQ(::unlockpt(keyboard.get()), 0);
  const FileDescriptor terminal(::open(::ptsname(keyboard.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const pid_t session = ::fork();
  if (session == 0) {
    ::setsid();
    ::ioctl(terminal.get(), TIOCSCTTY, 0);
    const int out = ::open((home() / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(terminal.get(), 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::setenv("HOME", environment_.at("HOME").c_str(), 1);
    ::setenv("PATH", environment_.at("PATH").c_str(), 1);
    if (::chdir(home().c_str()) == 0) ::execl(ANYCLAUDE_BIN "/anyclaude", "anyclaude", nullptr);
    ::_exit(99);
  }
  ASSERT_TRUE(wait_until([&] { return is_there("running"); })) << out();
  ASSERT_EQ(::write(keyboard.get(), "\x03", 1), 1);
  EXPECT_EQ(finish(session), 5);
  EXPECT_NE(out().find("interrupted\n"), std::string::npos) << out();
}

TEST_F(LauncherHouse, AnInterruptedStartEndsWhatItStarted) {
  configure_server();
  script("serve.sh", "echo $$ > $HOME/server.pid; exec sleep 60");
  const pid_t launcher = start({});
  ASSERT_TRUE(wait_until([&] { return pid_in("server.pid") > 0; })) << err();
  ::kill(launcher, SIGINT);
  EXPECT_EQ(finish(launcher), 130);
}

TEST_F(LauncherHouse, ASignalToTheLauncherReachesClaude) {
  configure_server();
  script("bin/claude", "trap 'exit 9' TERM; echo > $HOME/running; while :; do sleep 0.02; done");
  const pid_t launcher = start({});
  ASSERT_TRUE(wait_until([&] { return is_there("running"); })) << err();
  ::kill(launcher, SIGTERM);
  EXPECT_EQ(finish(launcher), 9);
}

TEST_F(LauncherHouse, ProxyOnlyServesUntilItIsEnded) {
  configure_server();
  environment_["PROXY_ONLY"] = "1";
  std::filesystem::remove(home() / "bin" / "claude");
  const pid_t launcher = start({});
  ASSERT_TRUE(wait_until([&] { return out().starts_with("listening on http://127.0.0.1:"); })) << err();
  ::kill(launcher, SIGTERM);
  EXPECT_EQ(finish(launcher), 0);
}

TEST_F(LauncherHouse, APortOfSomethingElseIsSaid) {
  configure_server();
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(socket.get(), 5), 0);
  std::thread other([&] {
    const FileDescriptor client(::accept(socket.get(), nullptr, nullptr));
    (void)!::write(client.get(), "220 mail.example ready\r\n", 24);
  });
  EXPECT_EQ(run({}), 78);
  other.join();
  EXPECT_NE(err().find("is taken by something that is no model server"), std::string::npos) << err();
  EXPECT_FALSE(is_there("starts"));
}

TEST_F(LauncherHouse, WithoutClaudeItSaysHowToGetIt) {
  configure_server();
  std::filesystem::remove(home() / "bin" / "claude");
  environment_["PATH"] = (home() / "bin").string();
  EXPECT_EQ(run({}), 127);
  EXPECT_NE(err().find("npm install -g @anthropic-ai/claude-code"), std::string::npos);
  EXPECT_FALSE(is_there("starts")) << "nothing is started for nobody";
}

TEST_F(LauncherHouse, WithNothingConfiguredItHelps) {
  EXPECT_EQ(run({}), 78);
  EXPECT_NE(err().find("nothing is configured"), std::string::npos);
  EXPECT_NE(err().find("anyclaude init"), std::string::npos);
}

TEST_F(LauncherHouse, InitIsCarefulAndDoctorTellsWhatToChange) {
  EXPECT_EQ(run({"init"}), 0);
  EXPECT_EQ(run({"init"}), 78);
  EXPECT_NE(err().find("--force"), std::string::npos);
  EXPECT_EQ(run({"init", "--force"}), 0);
  configure(R"({"backend": "llama-cpp", "backends": {"llama-cpp": {"port": )" + std::to_string(port_) +
            "}}}");
  EXPECT_EQ(run({"doctor", "--json"}), 1);
  const auto said = nlohmann::json::parse(out());
  EXPECT_EQ(said.at("ok"), false);
  EXPECT_EQ(said.at("checks").at(1).at("name"), "server");
  EXPECT_EQ(said.at("checks").at(1).at("verdict"), "problem");
}

TEST_F(LauncherHouse, SettingsArePrintedForAShellAndForAFile) {
  configure(R"({"backend": "llama-cpp", "port": 4711, "backends": {"llama-cpp": {"port": )" +
            std::to_string(port_) + "}}}");
  EXPECT_EQ(run({"print-settings"}), 0);
  EXPECT_NE(out().find("export ANTHROPIC_BASE_URL='http://127.0.0.1:4711'\n"), std::string::npos);
  EXPECT_EQ(run({"print-settings", "--json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out()).at("env").at("ANTHROPIC_BASE_URL"), "http://127.0.0.1:4711");
}

}  // namespace
}  // namespace anyclaude::launcher
