// The real `anyclaude`, with the real broker, a simulated model server and a claude that is a script, in a
// home of their own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "http/net/socket.h"
#include "tests/storage/temporary_directory.h"
#include "tools/launcher/child_process.h"

namespace anyclaude::launcher {

// A port that was free a moment ago.
inline int free_port() {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

inline bool wait_until(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

class LauncherHouse : public ::testing::Test {
 protected:
  LauncherHouse() {
    std::filesystem::create_directory(home() / "bin");
    environment_ = {
        {"HOME", home().string()},
        {"PATH", (home() / "bin").string() + ":" + ANYCLAUDE_BIN + ":/usr/local/bin:/usr/bin:/bin"}};
    script("bin/claude", "echo \"args: $*\"; exit 7");
  }

  // Everything is gone at the end of each test: what this fixture started is ended, and the rest ended by
  // itself.
  void TearDown() override {
    for (const pid_t pid : started_)
      if (::waitpid(pid, nullptr, WNOHANG) == 0) {
        ::kill(pid, SIGTERM);
        ::waitpid(pid, nullptr, 0);
      }
    const pid_t server = pid_in("server.pid");
    if (server <= 0) return;
    EXPECT_TRUE(wait_until([&] { return ::kill(server, 0) != 0; })) << "the server outlives its last user";
  }

  std::filesystem::path home() const { return directory_.path(); }

  void script(const std::string& name, const std::string& text) {
    std::ofstream(home() / name) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(home() / name, std::filesystem::perms::owner_all);
  }
  void configure(const std::string& text) {
    const auto file = home() / ".anyclauderc.json";
    std::ofstream(file) << text;
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  // A server that serve.sh starts; it leaves its process id and counts its starts.
  void configure_server() {
    script("serve.sh",
           "echo started >> $HOME/starts; echo $$ > $HOME/server.pid; echo \"$@\" > $HOME/server.args\n"
           "exec anyclaude-simserver --port $2");
    std::filesystem::create_directory(home() / "model");
    configure(R"({"backend": "llama-cpp", "backends": {"llama-cpp": {"port": )" + std::to_string(port_) +
              R"(, "modelPath": "~/model", "serverScript": "serve.sh"}}})");
  }

  // Starts anyclaude in working_directory_, with `out` and `err` in files there.
  pid_t start(const std::vector<std::string>& words, ProcessGroup group = ProcessGroup::own_session,
              int terminal = -1) {
    SpawnRequest request;
    request.arguments = {std::string(ANYCLAUDE_BIN) + "/" + program_};
    request.arguments.insert(request.arguments.end(), words.begin(), words.end());
    request.environment = environment_;
    request.directory = working_directory_;
    request.group = group;
    const FileDescriptor out(
        ::open((home() / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const FileDescriptor err(
        ::open((home() / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    request.in = terminal;
    request.out = out.get();
    request.err = err.get();
    const auto pid = spawn(request);
    EXPECT_TRUE(pid) << pid.error().message;
    if (pid) started_.push_back(*pid);
    return pid.value_or(-1);
  }
  int finish(pid_t pid) {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    std::erase(started_, pid);
    return exit_code_of(status);
  }
  int run(const std::vector<std::string>& words) { return finish(start(words)); }

  // Another program of ours, to its end; it inherits `out` and `err` as anyclaude does.
  int run_program(const std::string& name, const std::vector<std::string>& words) {
    program_ = name;
    const int code = run(words);
    program_ = "anyclaude";
    return code;
  }

  std::string text_in(const std::string& name) const {
    std::ifstream in(home() / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  bool is_there(const std::string& name) const { return std::filesystem::exists(home() / name); }
  pid_t pid_in(const std::string& name) const {
    const std::string text = text_in(name);
    return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
  }
  std::string out() const { return text_in("out"); }
  std::string err() const { return text_in("err"); }

  EnvironmentVariables environment_;
  const int port_ = free_port();

 private:
  TemporaryDirectory directory_;
  std::string program_ = "anyclaude";

 protected:
  std::filesystem::path working_directory_ = home();

 private:
  std::vector<pid_t> started_;
};

}  // namespace anyclaude::launcher
