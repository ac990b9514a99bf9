// What a project file may do without approval, and how it is approved.
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/launcher/project_house.h"

namespace anyclaude::launcher {
namespace {

class ApprovalHouse : public ProjectHouse {
 protected:
  // A project whose script leaves a trace and serves.
  void clone_script(const std::string& script_name = "serve.sh") {
    script("project/serve.sh",
           "echo x >> $HOME/script-ran; echo $$ > $HOME/server.pid\n"
           "exec anyclaude-simserver --port $2");
    clone_backend("llama-cpp", R"({"port": )" + std::to_string(port_) + R"(, "modelPath": "owner/model",
                                   "serverScript": ")" +
                                   script_name + "\"}");
  }
  // The server ends with its last user; the next run starts it anew.
  void expect_script_ran(bool ran, const std::string& what) {
    EXPECT_EQ(is_there("script-ran"), ran) << what << '\n' << err();
    std::filesystem::remove(home() / "script-ran");
    const pid_t server = pid_in("server.pid");
    EXPECT_TRUE(server <= 0 || wait_until([&] { return ::kill(server, 0) != 0; })) << what;
  }
  std::string record() const { return text_in(".anyclaude/trusted.json"); }
  mode_t mode_of(const std::string& name) const {
    struct stat info {};
    EXPECT_EQ(::stat((home() / name).c_str(), &info), 0) << name;
    return info.st_mode & 0777u;
  }

  // anyclaude on a terminal, whose user types `answer` once a question is there, or sends SIGINT where it is
  // empty. What the terminal showed is in `shown_`.
  int run_on_terminal(const std::string& answer) {
    std::filesystem::remove(home() / "ran");
    shown_.clear();
    FileDescriptor keyboard(::posix_openpt(O_RDWR | O_NOCTTY));
    set_close_on_exec(keyboard.get());
    EXPECT_EQ(::grantpt(keyboard.get()), 0);
    EXPECT_EQ(::unlockpt(keyboard.get()), 0);
    FileDescriptor terminal(::open(::ptsname(keyboard.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    SpawnRequest request;
    request.arguments = {std::string(ANYCLAUDE_BIN) + "/anyclaude"};
    request.environment = environment_;
    request.directory = working_directory_;
    request.group = ProcessGroup::own_session;
    request.in = request.out = request.err = terminal.get();
    const auto pid = spawn(request);
    EXPECT_TRUE(pid) << pid.error().message;
    if (!pid) return -1;
    terminal.close();
    bool is_answered = false;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(keyboard.get(), buffer, sizeof buffer)) > 0;) {
      shown_.append(buffer, static_cast<std::size_t>(count));
      if (is_answered || shown_.find("[y/N]") == std::string::npos) continue;
      is_answered = true;
      if (answer.empty()) ::kill(*pid, SIGINT);
      (void)!::write(keyboard.get(), answer.data(), answer.size());
    }
    int status = 0;
    EXPECT_EQ(::waitpid(*pid, &status, 0), *pid);
    return exit_code_of(status);
  }

  std::string shown_;
};

TEST_F(ApprovalHouse, AScriptRunsOnlyOnceItsFileIsApproved) {
  clone_script();
  expect_refused("a script");
  EXPECT_NE(err().find("serve.sh"), std::string::npos) << err();
  expect_script_ran(false, "not approved");
  EXPECT_EQ(run({"doctor"}), 1);
  expect_script_ran(false, "doctor");

  EXPECT_EQ(run({"trust"}), 0) << err();
  EXPECT_NE(out().find("runs the script \"serve.sh\""), std::string::npos) << out();
  expect_script_ran(false, "approving runs nothing");
  EXPECT_EQ(run_anew(), 0) << err();
  expect_script_ran(true, "approved");

  std::ofstream(project() / ".anyclauderc.json", std::ios::app) << "\n";
  expect_refused("a changed file");
  expect_script_ran(false, "changed");
  environment_["ANYCLAUDE_TRUST"] = "1";
  EXPECT_EQ(run_anew(), 0) << err();
  expect_script_ran(true, "ANYCLAUDE_TRUST");
  environment_["ANYCLAUDE_TRUST"] = "0";
  expect_refused("ANYCLAUDE_TRUST=0");
}

TEST_F(ApprovalHouse, AScriptOfAnyPlaceIsOne) {
  script("elsewhere.sh", "echo x > $HOME/script-ran");
  for (const std::string& name :
       {std::string("~/elsewhere.sh"), (home() / "elsewhere.sh").string(), std::string("../elsewhere.sh")}) {
    clone_script(name);
    expect_refused(name);
    expect_script_ran(false, name);
  }
  // What the older server's own command runs lies in the project too.
  std::filesystem::create_directory(project() / "scripts");
  std::ofstream(project() / "scripts" / "mlx-server.py")
      << "open('" << home().string() << "/script-ran', 'w')\n";
  clone_backend("vllm-mlx", R"({"port": )" + std::to_string(port_) + R"(, "modelPath": "owner/model"})");
  expect_refused("scripts/mlx-server.py");
  expect_script_ran(false, "scripts/mlx-server.py");
}

TEST_F(ApprovalHouse, NothingOfTheDirectoryRunsForTheHomesFile) {
  // The home's file names a script that only the cloned directory has, and a command that Python looks for
  // there.
  std::filesystem::create_directories(project() / "sglang");
  std::ofstream(project() / "sglang" / "__init__.py") << "";
  std::ofstream(project() / "sglang" / "launch_server.py")
      << "open('" << home().string() << "/script-ran', 'w')\n";
  script("project/serve.sh", "echo x > $HOME/script-ran");
  configure(R"({"backend": "sglang", "backends": {"sglang": {"port": )" + std::to_string(port_) +
            R"(, "modelPath": "owner/model", "serverScript": "serve.sh", "startupTimeout": "3s"}}})");
  run_anew();
  expect_script_ran(false, "the home's file in another directory");
}

TEST_F(ApprovalHouse, TheProfilesOwnCommandNeedsNoApproval) {
  script("bin/llama-server",
         "pwd > $HOME/where; echo $$ > $HOME/server.pid; exec anyclaude-simserver --port $4");
  clone_backend("llama-cpp", R"({"port": )" + std::to_string(port_) + R"(, "modelPath": "owner/model"})");
  EXPECT_EQ(run_anew(), 0) << err();
  EXPECT_EQ(text_in("where"), std::filesystem::canonical(home()).string() + "\n");
  for (const char* key : {"modelPath", "model"}) {
    clone_backend("llama-cpp", R"({"port": )" + std::to_string(port_) + ", \"" + key +
                                   R"(": "--log-file=/tmp/x", "autoStartServer": true})");
    std::filesystem::remove(home() / "where");
    EXPECT_EQ(run_anew(), 78) << key;
    EXPECT_FALSE(is_there("where")) << "an option is no model: " << key;
  }
}

TEST_F(ApprovalHouse, SettingsThatReachBeyondTheProjectNeedApproval) {
  std::filesystem::create_directory(project() / "p");
  for (const std::string setting :
       {R"("store": "answers")", R"("profiles_dir": "p")", R"("cache_metrics_file": "../.bashrc")",
        R"("allowed_hosts": ["evil.example"])", R"("listen": "0.0.0.0:0")", R"("listen": "[::]:0")"}) {
    clone(R"({"backend": "openai", "backends": {"openai": {"baseUrl": ")" + witness_.url() +
          R"(", "model": "m"}}, )" + setting + "}");
    expect_refused(setting);
    EXPECT_EQ(run_program("anyclaude-broker", {}), 78) << setting;
    EXPECT_FALSE(std::filesystem::exists(project() / "answers")) << setting;
  }
  clone(R"({"backend": "openai", "backends": {"openai": {"baseUrl": ")" + witness_.url() +
        R"(", "model": "m"}}, "listen": "127.0.0.1:0", "prompt": {"level": "safe"}, "cache": {"ttl": "1h"},
          "log_level": "warn", "timeouts": {"connect": "3s"}, "explain": {"keep": "hashes"}})");
  expect_answered("settings of this project's runs alone");
}

TEST_F(ApprovalHouse, ALinkInTheProjectDoesNotHaveFiguresWrittenElsewhere) {
  std::ofstream(home() / ".bashrc") << "mine";
  std::filesystem::create_symlink("../.bashrc", project() / ".anyclaude-cache-metrics.json");
  clone_backend("openai", R"({"baseUrl": ")" + witness_.url() + R"(", "model": "m"})");
  expect_answered("figures");
  EXPECT_EQ(text_in(".bashrc"), "mine");
}

TEST_F(ApprovalHouse, AnApprovedAddressIsAskedAndARevokedOneIsNot) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  clone_backend("openrouter", R"({"model": "m", "baseUrl": "http://gpu.example", "allow_plain_http": "on"})");
  EXPECT_EQ(run({"trust"}), 0) << err();
  EXPECT_NE(out().find("http://gpu.example:80"), std::string::npos) << out();
  expect_answered("approved");
  EXPECT_NE(witness_.seen().find("Bearer sk-mine"), std::string::npos);
  EXPECT_EQ(run({"trust", "list", "--json"}), 0);
  const auto listed = nlohmann::json::parse(out()).at("files");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].at("state"), "approved");
  EXPECT_EQ(run({"trust", "revoke"}), 0) << err();
  EXPECT_EQ(run_anew(), 78);
  EXPECT_EQ(run({"trust", "revoke"}), 1) << "it is not there any more";
  EXPECT_EQ(run({"trust", "list"}), 0);
  EXPECT_EQ(out(), "");
}

TEST_F(ApprovalHouse, AnApprovalIsOfOnePlaceAndOneContent) {
  environment_["ANTHROPIC_API_KEY"] = "sk-mine";
  const std::string first =
      R"({"backend": "claude", "backends": {"claude": {"baseUrl": "https://a.example"}}})";
  clone(first);
  working_directory_ = home();
  EXPECT_EQ(run({"trust", "project"}), 0) << err();
  EXPECT_EQ(run({"trust", project() / ".anyclauderc.json"}), 0) << "the same file again: " << err();
  EXPECT_EQ(nlohmann::json::parse(record()).at("files").size(), 1u);
  std::filesystem::create_directory(home() / "copy");
  std::filesystem::copy_file(project() / ".anyclauderc.json", home() / "copy" / ".anyclauderc.json");
  working_directory_ = home() / "copy";
  expect_refused("another place");
  working_directory_ = project();
  clone(R"({"backend": "claude", "backends": {"claude": {"baseUrl": "https://b.example"}}})");
  expect_refused("another content");
  EXPECT_EQ(run({"trust", "list"}), 0);
  EXPECT_TRUE(out().starts_with("changed")) << out();
  clone(first);
  EXPECT_EQ(run({"print-settings"}), 0) << "the approved content is back: " << err();
}

TEST_F(ApprovalHouse, TheRecordIsPrivateAndADamagedOneApprovesNothing) {
  environment_["OPENROUTER_API_KEY"] = "sk-mine";
  clone_backend("openrouter", R"({"model": "m", "baseUrl": "https://gpu.example"})");
  ASSERT_EQ(run({"trust"}), 0) << err();
  EXPECT_EQ(mode_of(".anyclaude"), 0700u);
  EXPECT_EQ(mode_of(".anyclaude/trusted.json"), 0600u);
  const std::string good = record();
  const std::string deep(100'000, '[');
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() / 2), std::string("[]"), std::string("{\"version\":1}"),
        std::string(R"({"version":2,"files":[]})"), std::string(R"({"version":1,"files":[{"path":"/"}]})"),
        "{\"version\":1,\"files\":" + deep, good + std::string(1 << 20, ' ')}) {
    std::ofstream(home() / ".anyclaude" / "trusted.json") << bad;
    expect_refused("a damaged record");
    EXPECT_NE(err().find("trusted.json"), std::string::npos) << err();
    EXPECT_EQ(run({"trust", "list"}), 78);
  }
  std::ofstream(home() / ".anyclaude" / "trusted.json") << good;
  EXPECT_EQ(run({"print-settings"}), 0) << err();
  ::chmod((home() / ".anyclaude" / "trusted.json").c_str(), 0666);
  expect_refused("a record that others can write");
}

TEST_F(ApprovalHouse, OnATerminalTheLauncherAsksOnce) {
  environment_["LOCAL_API_KEY"] = "sk-mine";
  clone_script();
  EXPECT_EQ(run_on_terminal("n\n"), 78) << shown_;
  EXPECT_NE(shown_.find("runs the script \"serve.sh\""), std::string::npos) << shown_;
  EXPECT_NE(shown_.find("anyclaude trust"), std::string::npos) << shown_;
  EXPECT_EQ(run_on_terminal("\n"), 78) << "no is the default";
  EXPECT_EQ(run_on_terminal(""), 130) << shown_;
  expect_script_ran(false, "not approved");
  EXPECT_EQ(record(), "");
  EXPECT_EQ(run_on_terminal("y\n"), 0) << shown_;
  expect_script_ran(true, "approved");
  EXPECT_EQ(run_on_terminal("n\n"), 0) << shown_;
  EXPECT_EQ(shown_.find("[y/N]"), std::string::npos) << shown_;
  expect_script_ran(true, "approved before");
}

TEST_F(ApprovalHouse, TheQuestionShowsAddressesThatCannotSteerTheTerminal) {
  environment_["LOCAL_API_KEY"] = "sk-mine";
  clone(R"({"backend": "openai", "backends": {"openai": {"baseUrl": "http://evil.example", "model": "m",
            "serverScript": "\u001b[2J\u202eok"}}})");
  EXPECT_EQ(run_on_terminal("n\n"), 78);
  EXPECT_NE(shown_.find("http://evil.example:80"), std::string::npos) << shown_;
  EXPECT_NE(shown_.find("\\u001b[2J\\u202eok"), std::string::npos) << shown_;
  EXPECT_EQ(shown_.find("\x1b[2J"), std::string::npos);
}

TEST_F(ApprovalHouse, WhatInitWroteIsApproved) {
  EXPECT_EQ(run({"init"}), 0) << err();
  EXPECT_EQ(run({"trust", "list"}), 0);
  EXPECT_EQ(out(),
            "approved " + (std::filesystem::canonical(project()) / ".anyclauderc.json").string() + "\n");
}

TEST_F(ApprovalHouse, AFileThatAFlagNamesIsTheUsersChoice) {
  clone_script();
  std::filesystem::rename(project() / ".anyclauderc.json", project() / "mine.json");
  EXPECT_EQ(run_anew({"--config", "mine.json"}), 0) << err();
  expect_script_ran(true, "named by a flag");
}

TEST_F(ApprovalHouse, TheHomesOwnFileIsKnownThroughALink) {
  environment_["LOCAL_API_KEY"] = "sk-mine";
  configure(R"({"backend": "openai", "backends": {"openai": {"baseUrl": "http://gpu.example", "model": "m",
                "allow_plain_http": "on"}}})");
  std::filesystem::create_symlink("../.anyclauderc.json", project() / ".anyclauderc.json");
  expect_answered("the home's file");
}

// --- A claude that leads back ---

TEST_F(ApprovalHouse, AClaudeThatIsThisProgramIsSkipped) {
  std::filesystem::rename(home() / "bin" / "claude", home() / "real-claude");
  std::filesystem::create_symlink(std::filesystem::path(ANYCLAUDE_BIN) / "anyclaude",
                                  home() / "bin" / "claude");
  clone_backend("openai", R"({"baseUrl": ")" + witness_.url() + R"(", "model": "m"})");
  environment_["PATH"] = (home() / "bin").string() + ":/usr/bin:/bin";
  EXPECT_EQ(run_anew(), 127);
  EXPECT_NE(err().find("is anyclaude itself"), std::string::npos) << err();
  std::filesystem::create_directory(home() / "later");
  std::filesystem::rename(home() / "real-claude", home() / "later" / "claude");
  environment_["PATH"] = (home() / "bin").string() + ":" + (home() / "later").string() + ":/usr/bin:/bin";
  expect_answered("the next claude in PATH");
}

TEST_F(ApprovalHouse, AScriptThatLeadsBackEnds) {
  clone_backend("openai", R"({"baseUrl": ")" + witness_.url() + R"(", "model": "m"})");
  // It ends by itself before it has filled the machine.
  const std::string counted = "echo x >> $HOME/starts; [ $(wc -l < $HOME/starts) -gt 12 ] && exit 3\n";
  for (const char* wrapper : {"exec anyclaude \"$@\"", "anyclaude \"$@\""}) {
    std::filesystem::remove(home() / "starts");
    script("bin/claude", counted + wrapper);
    EXPECT_EQ(run_anew({"-p", "x"}), 127) << err();
    EXPECT_NE(err().find("leads back to anyclaude"), std::string::npos) << err();
  }
  EXPECT_EQ(run({"doctor"}), 1);
  EXPECT_NE(out().find("starts anyclaude again"), std::string::npos) << out();
}

TEST_F(ApprovalHouse, OneLauncherInsideAnotherWorks) {
  clone_backend("openai", R"({"baseUrl": ")" + witness_.url() + R"(", "model": "m"})");
  std::filesystem::rename(home() / "bin" / "claude", home() / "bin" / "inner");
  script("bin/claude", "if [ \"$1\" = inner ]; then exec inner; fi; exec anyclaude inner");
  expect_answered("a claude that runs anyclaude for something else");
}

}  // namespace
}  // namespace anyclaude::launcher
