// The simulated model server, to be run by main() or inside a test or bench.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/server/http_server.h"
#include "tools/simserver/completion_endpoint.h"
#include "tools/simserver/engine.h"
#include "tools/simserver/fault.h"

namespace anyclaude::sim {

struct SimServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: the system chooses
  std::string model = "sim-model";
  EngineOptions engine;
  Script script;
};

class SimServer {
 public:
  // Listens and serves when it returns. Refuses with unavailable when the address cannot be had.
  static Result<std::unique_ptr<SimServer>> start(SimServerOptions options);
  // Ends running replies at once.
  ~SimServer();

  int port() const { return http_->port(); }
  // "http://127.0.0.1:PORT"
  std::string url() const;
  Engine& engine() { return engine_; }
  FaultQueue& faults() { return faults_; }
  // Lets running replies finish for `grace`, then ends them. Safe to call twice.
  void stop(std::chrono::milliseconds grace);

  SimServer(const SimServer&) = delete;
  SimServer& operator=(const SimServer&) = delete;

 private:
  explicit SimServer(SimServerOptions options);

  void handle(const HttpRequest& request, ResponseWriter& writer);
  // True when the path was one of theirs.
  bool handle_information(const HttpRequest& request, ResponseWriter& writer);
  bool handle_tools(const HttpRequest& request, ResponseWriter& writer);
  bool handle_administration(const HttpRequest& request, ResponseWriter& writer);
  void count_tokens(const HttpRequest& request, ResponseWriter& writer);
  void tokenize_text(const HttpRequest& request, ResponseWriter& writer);
  void apply_template(const HttpRequest& request, ResponseWriter& writer);
  void queue_faults(const HttpRequest& request, ResponseWriter& writer);
  void not_found(const HttpRequest& request, ResponseWriter& writer);

  const std::string host_;
  const std::string model_;
  RealClock clock_;
  Engine engine_;
  FaultQueue faults_;
  const CompletionEndpoint chat_;
  const CompletionEndpoint messages_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace anyclaude::sim
