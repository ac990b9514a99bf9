// anyclaude-emulator: an emulated model server for tests that drive a real client.
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "fakes/emulator/emulator.h"

namespace {

using anyclaude::emulators::all_quirks;
using anyclaude::emulators::Emulator;
using anyclaude::emulators::EmulatorOptions;
using anyclaude::emulators::find_quirks;
using anyclaude::emulators::Quirks;

void list_kinds() {
  for (const Quirks& quirks : all_quirks()) std::cout << quirks.name << " " << quirks.mode << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::string kind;
  EmulatorOptions options;
  bool lists = false;
  CLI::App app{"A model server of a certain kind, without a model"};
  app.add_option("--kind", kind, "Which server; --list names them");
  app.add_option("--port", options.port, "Port to listen on; 0 lets the system choose");
  app.add_flag("--list", lists, "Prints each kind and the mode of the broker that speaks to it");
  CLI11_PARSE(app, argc, argv);
  if (lists) {
    list_kinds();
    return 0;
  }
  const Quirks* quirks = find_quirks(kind);
  if (quirks == nullptr) {
    std::cerr << "anyclaude-emulator: there is no kind '" << kind << "'; --list names them\n";
    return 2;
  }
  options.quirks = *quirks;
  options.engine.slots = 4;

  // Blocked before any thread starts, so that only the wait below receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  Emulator emulator(std::move(options));
  std::cout << "listening on " << emulator.url() << std::endl;
  int received = 0;
  sigwait(&signals, &received);
  // What the real server would not have taken is the test's business.
  const auto violations = emulator.violations();
  for (const std::string& violation : violations) std::cerr << "VIOLATION " << violation << "\n";
  return violations.empty() ? 0 : 3;
}
