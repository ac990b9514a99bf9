// The verbs that speak to the broker beside the store, and doctor. The broker is a whole one, in this
// process.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "config/broker_files.h"
#include "tests/cachectl/cachectl_fixture.h"
#include "tests/scenarios/whole_house.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;
using scenarios::recorded;
using scenarios::status_of;
using scenarios::WholeHouse;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNoProxies = "127.0.0.1";
constexpr const char* kRequest = "same_prompt_first_session/0002";

class BesideABroker : public testing::Test {
 protected:
  static Outcome run_on(const std::filesystem::path& store, std::vector<std::string> arguments,
                        EnvironmentVariables environment = {}) {
    arguments.insert(arguments.begin(), {"--store", store.string()});
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const RealClock clock;
    const ExitCode code = run(arguments, environment, {in, out, err, InputKind::other}, clock);
    return {code, out.str(), err.str()};
  }
  Outcome run_here(std::vector<std::string> arguments) {
    return run_on(house_.config().store_directory, std::move(arguments));
  }

  WholeHouse house_{"llama-cpp", {}, {{"vllm", "http://127.0.0.1:9/v1"}}};
};

TEST_F(BesideABroker, ModeSwitchesTheBrokerThatRuns) {
  const json before = run_here({"mode", "--json"}).document();
  EXPECT_EQ(before.at("mode"), "llama-cpp");
  EXPECT_THAT(before.at("backends"), testing::Contains("vllm"));
  const Outcome switched = run_here({"mode", "vllm"});
  EXPECT_EQ(switched.code, ExitCode::done) << switched.err;
  EXPECT_EQ(switched.out, "the mode is now vllm; it was llama-cpp\n");
  EXPECT_EQ(run_here({"mode", "vllm"}).out, "the mode is vllm already\n");
  EXPECT_EQ(run_here({"mode", "--json", "llama-cpp"}).document(),
            json::parse(R"({"mode":"llama-cpp","was":"vllm"})"));
  EXPECT_THAT(run_here({"mode"}).out, HasSubstr("llama-cpp at http://127.0.0.1:"));
  const Outcome unknown = run_here({"mode", "vlllm", "--json"});
  EXPECT_EQ(unknown.code, ExitCode::broker_error);
  EXPECT_THAT(unknown.err, HasSubstr("vllm"));
  EXPECT_EQ(run_here({"mode"}).code, ExitCode::done);
}

TEST_F(BesideABroker, CompactGoesThroughTheBroker) {
  ASSERT_EQ(house_.post(recorded(kRequest)).status, 200);
  const Outcome outcome = run_here({"compact", "--json"});
  ASSERT_EQ(outcome.code, ExitCode::done) << outcome.err;
  EXPECT_EQ(outcome.document().at("by"), "broker");
  EXPECT_GE(outcome.document().at("generation"), 1);
  EXPECT_EQ(status_of(house_.post(recorded(kRequest))), "HIT");
}

TEST_F(BesideABroker, WithoutABrokerModeSaysSoAndCompactDoesItItself) {
  house_.broker.reset();
  const Outcome mode = run_here({"mode", "vllm", "--json"});
  EXPECT_EQ(mode.code, ExitCode::broker_error);
  EXPECT_THAT(mode.err, HasSubstr("No broker runs"));
  EXPECT_EQ(mode.document().at("error").at("kind"), "unavailable");
  const Outcome compact = run_here({"compact", "--json"});
  ASSERT_EQ(compact.code, ExitCode::done) << compact.err;
  EXPECT_EQ(compact.document().at("by"), "cachectl");
  EXPECT_THAT(run_here({"compact"}).out, HasSubstr("compacted "));
}

TEST_F(BesideABroker, AFileLeftBehindByAKilledBrokerIsNoBroker) {
  house_.broker.reset();
  RunningBroker gone{"http://127.0.0.1:9", 999'999'999, "0.1.0", "vllm", "", "2026-01-01T00:00:00Z"};
  ASSERT_TRUE(write_running_broker(house_.config().store_directory, gone));
  EXPECT_EQ(run_here({"mode"}).code, ExitCode::broker_error);
  EXPECT_EQ(run_here({"compact"}).code, ExitCode::done);
}

TEST_F(BesideABroker, AnExportedAnswerIsAHitOfABrokerElsewhere) {
  const auto request = recorded(kRequest);
  ASSERT_EQ(status_of(house_.post(request)), "MISS");
  house_.broker.reset();
  const auto file = house_.directory_ / "answers.jsonl";
  ASSERT_EQ(run_here({"export", file.string()}).code, ExitCode::done);

  // Another store, with secrets of its own, in front of the same server.
  const auto elsewhere = house_.directory_ / "elsewhere";
  house_.adjust = [&elsewhere](Config& config) { config.store_directory = elsewhere; };
  house_.start_broker();
  house_.broker.reset();
  const Outcome imported = run_on(elsewhere, {"import", file.string(), "--json"});
  ASSERT_EQ(imported.code, ExitCode::done) << imported.err;
  ASSERT_GE(imported.document().at("added"), 1);
  house_.start_broker();
  EXPECT_EQ(status_of(house_.post(request)), "HIT");
}

class Doctor : public CachectlTest {
 protected:
  Outcome examine(EnvironmentVariables environment = {}) {
    environment.emplace("HOME", directory_.path().string());
    environment.emplace("NO_PROXY", kNoProxies);
    return run_in({"--store", place_.string(), "doctor", "--json"}, environment);
  }
  static std::string verdict(const Outcome& outcome, const std::string& about) {
    const json document = outcome.document();
    for (const json& finding : document.at("findings"))
      if (finding.at("about") == about) return finding.at("verdict");
    return "not looked at";
  }
  void configure(const std::string& mode, const std::string& url, const std::string& key = {}) {
    const auto file = directory_.path() / ".anyclauderc.json";
    std::ofstream(file) << json{{"backend", mode},
                                {"backends", {{mode, {{"baseUrl", url}, {"apiKey", key}}}}}};
    ::chmod(file.c_str(), 0600);
  }
};

TEST_F(Doctor, TellsOfAHealthyStoreAndThatNothingElseIsThere) {
  fill();
  const Outcome outcome = examine();
  EXPECT_EQ(outcome.code, ExitCode::done) << outcome.out;
  const json document = outcome.document();
  EXPECT_EQ(document.at("problems"), 0);
  EXPECT_EQ(document.at("store").at("entries"), 3);
  EXPECT_EQ(document.at("store").at("directory_mode"), "0700");
  EXPECT_EQ(document.at("store").at("file_mode"), "0600");
  for (const char* about : {"permissions", "version", "readers"})
    EXPECT_EQ(verdict(outcome, about), "ok") << about;
  EXPECT_EQ(verdict(outcome, "broker"), "unknown");
  EXPECT_EQ(verdict(outcome, "backend"), "unknown");
}

TEST_F(Doctor, AStoreThatOthersCanReadIsAProblemAndTheRestIsStillLookedAt) {
  fill();
  ASSERT_EQ(::chmod(place_.c_str(), 0755), 0);
  const Outcome outcome = examine();
  EXPECT_EQ(outcome.code, ExitCode::not_as_asked);
  EXPECT_EQ(verdict(outcome, "permissions"), "problem");
  EXPECT_EQ(verdict(outcome, "configuration"), "ok");
  ::chmod(place_.c_str(), 0700);
}

TEST_F(Doctor, AStoreThatIsNotThereIsNoProblem) {
  EXPECT_EQ(examine().code, ExitCode::done);
  EXPECT_FALSE(std::filesystem::exists(place_));
}

TEST_F(Doctor, SaysWhatTheServerSaysOfItselfAndNeverItsKey) {
  fill();
  const auto server = *sim::SimServer::start({});
  configure("llama-cpp", server->url() + "/v1", "sk-very-secret");
  const Outcome outcome = examine();
  EXPECT_EQ(outcome.code, ExitCode::done) << outcome.out;
  const json backend = outcome.document().at("backend");
  EXPECT_EQ(backend.at("reachable"), true);
  EXPECT_FALSE(backend.at("models").empty());
  EXPECT_EQ(verdict(outcome, "backend llama-cpp"), "ok");
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("very-secret")));
}

TEST_F(Doctor, AServerThatIsNotThereIsAProblem) {
  fill();
  configure("vllm", "http://127.0.0.1:9/v1");
  const Outcome outcome = examine();
  EXPECT_EQ(outcome.code, ExitCode::not_as_asked);
  EXPECT_EQ(verdict(outcome, "backend vllm"), "problem");
  EXPECT_EQ(outcome.document().at("backend").at("reachable"), false);
}

TEST_F(Doctor, AMistakeInTheConfigurationIsAProblem) {
  fill();
  std::ofstream(directory_.path() / ".anyclauderc.json") << R"({"bakend": "vllm"})";
  const Outcome outcome = examine();
  EXPECT_EQ(outcome.code, ExitCode::not_as_asked);
  EXPECT_EQ(verdict(outcome, "configuration"), "problem");
}

// As a user runs it, beside a broker that has the store open in another process.
TEST_F(BesideABroker, DoctorTellsOfTheBroker) {
  const std::string command = std::string(ANYCLAUDE_BIN) + "/anyclaude-cachectl --store " +
                              house_.config().store_directory.string() + " doctor --json";
  std::string out;
  std::array<char, 4'096> buffer{};
  FILE* pipe = ::popen(command.c_str(), "r");
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.append(buffer.data(), size);
  ::pclose(pipe);
  const json document = json::parse(out);
  EXPECT_EQ(document.at("broker").at("url"), house_.broker->url());
  EXPECT_EQ(document.at("store").at("other_process"), ::getpid());
}

}  // namespace
}  // namespace anyclaude::cachectl
