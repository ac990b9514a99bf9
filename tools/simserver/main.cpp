// anyclaude-simserver: a model server without a model, for tests, benches and trying things out.
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>

#include "tools/simserver/sim_server.h"

namespace {

using anyclaude::TemplateOrder;
using anyclaude::sim::SimServer;
using anyclaude::sim::SimServerOptions;

constexpr std::chrono::milliseconds kGrace{1'000};

void describe_options(CLI::App& app, SimServerOptions& options, std::string& script_path) {
  const std::map<std::string, TemplateOrder> orders{{"tools-last", TemplateOrder::tools_last},
                                                    {"tools-first", TemplateOrder::tools_first}};
  auto& engine = options.engine;
  app.add_option("--host", options.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "Port to listen on; 0 lets the system choose")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--slots", engine.slots, "Conversations the server holds at a time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--host-cache-mib", engine.host_cache_mib,
                 "Memory for slot states that were pushed out, at 96 KiB a token; 0 for none")
      ->check(CLI::Range(0, 1 << 24))
      ->capture_default_str();
  app.add_option("--prefill-tokens-per-second", engine.pace.prefill_tokens_per_second,
                 "Speed of reading prompts, shared by all slots; 0 for no delay")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--decode-tokens-per-second", engine.pace.decode_tokens_per_second,
                 "Speed of answering, in each slot; 0 for no delay")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--template", engine.order,
                 "Where the chat template puts the tools: tools-last or tools-first")
      ->transform(CLI::CheckedTransformer(orders));
  app.add_option("--context-tokens", engine.context_tokens, "Context size of each slot")
      ->check(CLI::Range(16, 1 << 24))
      ->capture_default_str();
  app.add_option("--model", options.model, "The model's name")->capture_default_str();
  app.add_option("--script", script_path, "JSON file with scripted replies");
}

// Blocks until a signal asks the program to end.
void wait_for_signal(const sigset_t& signals) {
  int received = 0;
  sigwait(&signals, &received);
}

}  // namespace

int main(int argc, char** argv) {
  SimServerOptions options;
  std::string script_path;
  CLI::App app{"A simulated model server with believable prompt caching"};
  describe_options(app, options, script_path);
  CLI11_PARSE(app, argc, argv);

  // Blocked before any thread starts, so that only the wait below receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  if (!script_path.empty()) {
    auto script = anyclaude::sim::Script::load(script_path);
    if (!script) {
      std::cerr << "anyclaude-simserver: " << script.error().message << "\n";
      return 2;
    }
    options.script = std::move(*script);
  }
  auto server = SimServer::start(std::move(options));
  if (!server) {
    std::cerr << "anyclaude-simserver: " << server.error().message << "\n";
    return 1;
  }
  std::cout << "listening on " << (*server)->url() << std::endl;
  wait_for_signal(signals);
  (*server)->stop(kGrace);
  return 0;
}
