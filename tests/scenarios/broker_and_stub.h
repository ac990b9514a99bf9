// A broker, and a server behind it that answers as the test says, over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/broker_app.h"
#include "base/random_id.h"
#include "http/client/upstream_call.h"
#include "http/server/http_server.h"

namespace anyclaude::scenarios {

// Answers every request by a function and remembers what it was asked.
class StubServer {
 public:
  using Answer = std::function<void(HttpRequest&, ResponseWriter&)>;

  explicit StubServer(Answer answer) : answer_(std::move(answer)) {
    server_ = std::move(*HttpServer::listen(
        {},
        [this](HttpRequest& request, ResponseWriter& client) {
          {
            const std::lock_guard lock(mutex_);
            asked_.push_back(request);
          }
          answer_(request, client);
        },
        [](int, std::string_view message) { return std::string(message); }));
    server_->start();
  }
  ~StubServer() { server_->stop(std::chrono::seconds(1)); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<HttpRequest> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  const Answer answer_;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> asked_;
  std::unique_ptr<HttpServer> server_;
};

inline std::string message_json(const std::string& text) {
  return nlohmann::json{{"id", "msg_up"},
                        {"type", "message"},
                        {"role", "assistant"},
                        {"model", "m"},
                        {"content", {{{"type", "text"}, {"text", text}}}},
                        {"stop_reason", "end_turn"},
                        {"stop_sequence", nullptr},
                        {"usage", {{"input_tokens", 3}, {"output_tokens", 2}}}}
      .dump();
}

inline std::string question(const std::string& text) {
  return nlohmann::json{
      {"model", "m"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", text}}}}}
      .dump();
}

// One request to a server at `url`, read whole.
inline HttpReply ask(const std::string& url, const std::string& method, const std::string& target,
                     HeaderFields headers = {}, std::string body = {}) {
  UpstreamRequest request;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  request.body = std::move(body);
  auto client = UpstreamClient::create(*parse_url(url));
  auto reply = (*client)->fetch(std::move(request), std::chrono::seconds(30));
  EXPECT_TRUE(reply) << method << " " << target << ": " << reply.error().message;
  return reply ? *reply : HttpReply{};
}

// A broker of its own store; what `adjust` changes in the configuration counts from the start.
class OneBroker {
 public:
  OneBroker(const std::string& mode, const std::string& server_url,
            const std::function<void(Config&)>& adjust = {})
      : directory_(std::filesystem::temp_directory_path() / random_id("anyclaude-broker-")) {
    std::filesystem::create_directories(directory_);
    Config config;
    config.mode = mode;
    config.log_level = LogLevel::off;
    config.store_directory = directory_ / "store";
    config.backends[mode].url = server_url;
    if (adjust) adjust(config);
    auto started = BrokerApp::start(config, BackendProfiles::built_in());
    if (started)
      app_ = std::move(*started);
    else
      refusal_ = started.error();
  }
  ~OneBroker() {
    app_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Set when it did not start.
  const std::optional<Error>& refusal() const { return refusal_; }
  std::string url() const { return app_->url(); }
  int port() const { return parse_url(url())->port; }
  std::filesystem::path store() const { return directory_ / "store"; }

  HttpReply ask(const std::string& method, const std::string& target, HeaderFields headers = {},
                std::string body = {}) const {
    return scenarios::ask(url(), method, target, std::move(headers), std::move(body));
  }
  HttpReply post(std::string body, HeaderFields headers = {},
                 const std::string& target = "/v1/messages") const {
    return ask("POST", target, std::move(headers), std::move(body));
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<BrokerApp> app_;
  std::optional<Error> refusal_;
};

inline std::string cache_status(const HttpReply& reply) {
  return std::string(reply.headers.get("x-anyclaude-cache-status"));
}

}  // namespace anyclaude::scenarios
