// A whole broker on a store of its own in front of a simulated server, over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "app/broker_app.h"
#include "base/random_id.h"
#include "http/client/upstream_call.h"
#include "tools/simserver/sim_server.h"

namespace anyclaude::scenarios {

using nlohmann::json;

// One recorded request: what the client sent.
struct Recorded {
  HeaderFields headers;
  json body;
};

inline Recorded recorded(const std::string& name) {
  std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/recordings/" + name + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  const json whole = json::parse(text.str());
  Recorded result;
  for (const json& field : whole.at("headers"))
    if (field[0] != "Host" && field[0] != "Content-Length" && field[0] != "Connection")
      result.headers.add(field[0], field[1]);
  result.body = whole.at("body");
  return result;
}

class WholeHouse {
 public:
  // `others`: further entries of `backends`, with their addresses.
  explicit WholeHouse(std::string mode, sim::SimServerOptions options = {},
                      std::map<std::string, std::string> others = {})
      : mode_(std::move(mode)),
        others_(std::move(others)),
        directory_(std::filesystem::temp_directory_path() / random_id("anyclaude-house-")),
        sim(std::move(*sim::SimServer::start(std::move(options)))) {
    std::filesystem::create_directories(directory_);
    start_broker();
  }
  ~WholeHouse() {
    broker.reset();
    std::filesystem::remove_all(directory_);
  }

  Config config() const {
    Config config;
    config.mode = mode_;
    config.log_level = LogLevel::off;
    config.store_directory = directory_ / "store";
    config.backends[mode_].url = sim->url() + (mode_ == "claude" ? "" : "/v1");
    for (const auto& [name, url] : others_) config.backends[name].url = url;
    if (adjust) adjust(config);
    return config;
  }
  void start_broker() {
    auto started = BrokerApp::start(config(), BackendProfiles::built_in());
    ASSERT_TRUE(started) << started.error().message;
    broker = std::move(*started);
  }
  void restart_broker() {
    broker.reset();
    start_broker();
  }

  static UpstreamRequest request_for(const std::string& body, HeaderFields headers = {}) {
    UpstreamRequest request;
    request.target = "/v1/messages?beta=true";
    request.headers = std::move(headers);
    request.headers.set("Content-Type", "application/json");
    request.body = body;
    return request;
  }

  HttpReply post(const std::string& body, HeaderFields headers = {}) const {
    auto client = UpstreamClient::create(*parse_url(broker->url()));
    auto reply = (*client)->fetch(request_for(body, std::move(headers)), std::chrono::seconds(30));
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : HttpReply{};
  }
  HttpReply post(const Recorded& request) const { return post(request.body.dump(), request.headers); }

  json metrics() const {
    UpstreamRequest request;
    request.method = "GET";
    request.target = "/metrics.json";
    auto client = UpstreamClient::create(*parse_url(broker->url()));
    return json::parse((*client)->fetch(std::move(request))->body);
  }

  std::function<void(Config&)> adjust;  // what a test changes in the configuration, from the next start on
  std::string mode_;
  std::map<std::string, std::string> others_;
  std::filesystem::path directory_;
  std::unique_ptr<sim::SimServer> sim;
  std::unique_ptr<BrokerApp> broker;
};

inline std::string status_of(const HttpReply& reply) {
  return std::string(reply.headers.get("x-anyclaude-cache-status"));
}

}  // namespace anyclaude::scenarios
