// The promises of the project this one follows, kept or not: on the simulated server at 807 prefill tokens a
// second, each directly and through the broker.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/broker_app.h"
#include "base/random_id.h"
#include "tools/simserver/sim_server.h"
#include "wire_client.h"

namespace anyclaude::bench {
namespace {

using nlohmann::json;

constexpr double kPrefillTokensPerSecond = 807;
constexpr double kDecodeTokensPerSecond = 60;
constexpr int kAnswerTokensMax = 64;

json recorded(const std::string& name) {
  std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/recordings/" + name + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  json body = json::parse(text.str()).at("body");
  body["max_tokens"] = kAnswerTokensMax;
  return body;
}

// A session of its own: the attribution line and the question differ, as they do in the client.
json session(int number) {
  json body = recorded("other_prompt/0002");
  char line[96];
  std::snprintf(line, sizeof line, "x-anthropic-billing-header: cc_version=2.1.197.%03x; cc_entrypoint=cli;",
                number + 17);
  body["system"][0]["text"] = line;
  body["messages"][0]["content"].back()["text"] =
      "Question number " + std::to_string(number) + " about this project";
  return body;
}

// Seven requests, each with one more tool call and its result in the history.
std::vector<json> tool_session() {
  json body = session(100);
  std::vector<json> requests;
  for (int step = 0; step < 7; ++step) {
    requests.push_back(body);
    const std::string id = "toolu_bench" + std::to_string(step);
    body["messages"].push_back(
        {{"role", "assistant"},
         {"content",
          {{{"type", "tool_use"}, {"id", id}, {"name", "Read"}, {"input", {{"file_path", "/src/" + id}}}}}}});
    body["messages"].push_back(
        {{"role", "user"},
         {"content", {{{"type", "tool_result"}, {"tool_use_id", id}, {"content", std::string(400, 'x')}}}}});
  }
  return requests;
}

class House {
 public:
  House(bool through_broker, double speed_up) : speed_up_(speed_up) {
    sim::SimServerOptions options;
    options.engine.pace = {kPrefillTokensPerSecond * speed_up, kDecodeTokensPerSecond * speed_up};
    sim_ = std::move(*sim::SimServer::start(std::move(options)));
    port_ = sim_->port();
    if (!through_broker) return;
    directory_ = std::filesystem::temp_directory_path() / random_id("anyclaude-bench-");
    Config config;
    config.mode = "llama-cpp";
    config.log_level = LogLevel::off;
    config.store_directory = directory_;
    config.backends["llama-cpp"].url = sim_->url();
    auto broker = BrokerApp::start(config, BackendProfiles::built_in());
    if (!broker) {
      std::fprintf(stderr, "%s\n", broker.error().message.c_str());
      std::exit(1);
    }
    broker_ = std::move(*broker);
    port_ = std::atoi(broker_->url().substr(broker_->url().rfind(':') + 1).c_str());
  }
  ~House() {
    broker_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  // Seconds, as they would be at the promised speed.
  double ask(const json& body) {
    WireClient client(port_);
    const auto whole = client.post("/v1/messages", body.dump()).whole;
    return std::chrono::duration<double>(whole).count() * speed_up_;
  }

 private:
  double speed_up_;
  std::filesystem::path directory_;
  std::unique_ptr<sim::SimServer> sim_;
  std::unique_ptr<BrokerApp> broker_;
  int port_ = 0;
};

struct Figures {
  double first = 0, follow_up = 0, repeated = 0, ten_queries = 0, tool_session = 0;
};

Figures measure(bool through_broker, double speed_up) {
  Figures figures;
  {
    House house(through_broker, speed_up);
    figures.first = house.ask(session(0));
    json follow_up = session(0);
    follow_up["messages"].push_back({{"role", "assistant"}, {"content", "An answer."}});
    follow_up["messages"].push_back({{"role", "user"}, {"content", "And then?"}});
    figures.follow_up = house.ask(follow_up);
    figures.repeated = house.ask(session(0));
  }
  {
    House house(through_broker, speed_up);
    for (int number = 0; number < 10; ++number) figures.ten_queries += house.ask(session(number));
  }
  {
    House house(through_broker, speed_up);
    for (const json& request : tool_session()) figures.tool_session += house.ask(request);
  }
  return figures;
}

int run(int argc, char** argv) {
  double speed_up = 1;
  if (argc == 3 && std::strcmp(argv[1], "--speed-up") == 0) speed_up = std::atof(argv[2]);
  if (argc != 1 && (argc != 3 || speed_up < 1))
    return std::fprintf(stderr, "usage: promises [--speed-up N]\n"), 2;

  std::printf("Simulated server, one slot, no host cache: %.0f prefill and %.0f decode tokens a second",
              kPrefillTokensPerSecond, kDecodeTokensPerSecond);
  if (speed_up > 1) std::printf(", run %.0f times faster and scaled back", speed_up);
  std::printf(".\nSessions of one project that differ in question, session id and attribution line.\n\n");
  const Figures direct = measure(false, speed_up);
  const Figures broker = measure(true, speed_up);
  std::printf("%-44s %10s %10s   %s\n", "seconds", "direct", "broker", "promised");
  const auto row = [](const char* name, double left, double right, const char* promise) {
    std::printf("%-44s %10.1f %10.1f   %s\n", name, left, right, promise);
  };
  row("first request of a session", direct.first, broker.first, "at most 60");
  row("follow-up in the same session", direct.follow_up, broker.follow_up,
      "at most 5, and 10x faster than the first");
  row("the first request again", direct.repeated, broker.repeated, "");
  row("ten queries, a session each", direct.ten_queries, broker.ten_queries, "at most 33");
  row("a session of seven tool steps", direct.tool_session, broker.tool_session, "");
  std::printf("\nfollow-up: %.0fx faster than the first through the broker\n",
              broker.first / broker.follow_up);
  return 0;
}

}  // namespace
}  // namespace anyclaude::bench

int main(int argc, char** argv) {
  return anyclaude::bench::run(argc, argv);
}
