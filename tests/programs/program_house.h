// The real broker and the real anyclaude-cachectl on a store, in front of a simulated server whose answers
// are known before they are asked for.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "http/client/upstream_call.h"
#include "http/net/socket.h"
#include "tests/storage/answers.h"
#include "tests/storage/temporary_directory.h"
#include "tools/launcher/child_process.h"
#include "tools/simserver/sim_server.h"

namespace anyclaude::programs {

using nlohmann::json;

// A command that has not ended by then is killed, and the test goes on to fail.
inline constexpr std::chrono::seconds kCommandEndsWithin{60};

struct Asked {
  bool is_hit = false;
  bool is_right = false;
  int status = 0;
  std::string body;
};

struct Command {
  int exit_code = 0;  // 128 and the signal's number when it was ended by one
  std::chrono::milliseconds took{};
  std::string out;
  std::string err;
};

class ProgramHouse : public ::testing::Test {
 protected:
  ProgramHouse() : sim_(std::move(*sim::SimServer::start({}))) {
    environment_ = {{"HOME", home().string()}, {"PATH", "/usr/local/bin:/usr/bin:/bin"}};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
      if (const char* value = std::getenv(name); value != nullptr) environment_[name] = value;
    // A call into liblmdb that a fault has ended leaves behind what it had allocated.
    std::string& asan = environment_["ASAN_OPTIONS"];
    asan += (asan.empty() ? "" : ":") + std::string("detect_leaks=0");
  }
  void TearDown() override { stop_broker(); }

  std::filesystem::path home() const { return directory_.path(); }
  std::filesystem::path store() const { return home() / "store"; }

  // Of some hundred to some thousand bytes, so that values lie inside and outside of their leaves.
  static std::string right_answer(std::uint64_t number) {
    return noise(number, number % 8 == 0 ? 6'000 : 60 + number * 97 % 500);
  }
  static json question(std::uint64_t number) {
    return {{"model", "m"},
            {"max_tokens", 20'000},
            {"messages", {{{"role", "user"}, {"content", "SIM-SAY: " + right_answer(number)}}}}};
  }

  void start_broker() {
    launcher::SpawnRequest request =
        program({"anyclaude-broker", "--store", store().string(), "--mode", "openai", "--backend-url",
                 sim_->url() + "/v1", "--listen", "127.0.0.1:0", "--log-level", "warn"});
    const FileDescriptor err(
        ::open((home() / "broker.err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const FileDescriptor in(ends[0]);
    {
      const FileDescriptor out(ends[1]);
      request.out = out.get();
      request.err = err.get();
      const auto pid = launcher::spawn(request);
      ASSERT_TRUE(pid) << pid.error().message;
      broker_ = *pid;
    }
    std::string line;
    for (char c = 0; ::read(in.get(), &c, 1) == 1 && c != '\n';) line.push_back(c);
    ASSERT_TRUE(line.starts_with("listening on ")) << line << text_in("broker.err");
    client_ = std::move(*UpstreamClient::create(*parse_url(line.substr(line.rfind(' ') + 1))));
  }
  bool broker_lives() {
    if (broker_ <= 0) return false;
    int status = 0;
    if (::waitpid(broker_, &status, WNOHANG) == 0) return true;
    broker_ = -1;
    return false;
  }
  void stop_broker() {
    if (broker_ <= 0) return;
    ::kill(broker_, SIGTERM);
    int status = 0;
    ::waitpid(broker_, &status, 0);
    EXPECT_EQ(launcher::exit_code_of(status), 0) << text_in("broker.err");
    broker_ = -1;
  }

  Asked ask_raw(const json& body, std::uint64_t number) {
    UpstreamRequest request;
    request.target = "/v1/messages";
    request.headers.add("Content-Type", "application/json");
    request.body = body.dump();
    const auto reply = client_->fetch(std::move(request), std::chrono::seconds(30));
    if (!reply) return {.body = reply.error().message};
    const bool is_hit = reply->headers.get("x-anyclaude-cache-status") == "HIT";
    const json said = json::parse(reply->body, nullptr, false);
    const bool is_right = reply->status == 200 && said.is_object() &&
                          said["content"][0].value("text", "") == right_answer(number);
    return {is_hit, is_right, reply->status, reply->body};
  }
  Asked ask(std::uint64_t number) { return ask_raw(question(number), number); }
  json metrics() {
    UpstreamRequest request;
    request.method = "GET";
    request.target = "/metrics.json";
    const auto reply = client_->fetch(std::move(request), std::chrono::seconds(30));
    return reply ? json::parse(reply->body, nullptr, false) : json();
  }

  Command cachectl(const std::vector<std::string>& words) {
    std::vector<std::string> all{"anyclaude-cachectl", "--store", store().string()};
    all.insert(all.end(), words.begin(), words.end());
    launcher::SpawnRequest request = program(all);
    const auto begun = std::chrono::steady_clock::now();
    Command done;
    {
      const FileDescriptor out(open_for_output("ctl.out"));
      const FileDescriptor err(open_for_output("ctl.err"));
      request.out = out.get();
      request.err = err.get();
      const auto pid = launcher::spawn(request);
      EXPECT_TRUE(pid);
      if (pid) done.exit_code = exit_code_in_time(*pid);
    }
    done.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    done.out = text_in("ctl.out");
    done.err = text_in("ctl.err");
    return done;
  }

  std::string text_in(const std::string& name) const {
    std::ifstream in(home() / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<sim::SimServer> sim_;

 private:
  launcher::SpawnRequest program(std::vector<std::string> words) {
    words.front() = std::string(ANYCLAUDE_BIN) + "/" + words.front();
    launcher::SpawnRequest request;
    request.arguments = std::move(words);
    request.environment = environment_;
    request.directory = home();
    request.parent_death = launcher::ParentDeath::terminate;
    return request;
  }
  static int exit_code_in_time(pid_t pid) {
    const auto deadline = std::chrono::steady_clock::now() + kCommandEndsWithin;
    int status = 0;
    while (::waitpid(pid, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() >= deadline) ::kill(pid, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return launcher::exit_code_of(status);
  }
  int open_for_output(const std::string& name) const {
    return ::open((home() / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }

  EnvironmentVariables environment_;
  pid_t broker_ = -1;
  std::unique_ptr<UpstreamClient> client_;
};

}  // namespace anyclaude::programs
