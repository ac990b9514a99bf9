// anyclaude-broker: reads its configuration, runs until a signal stops it.
#include <cstdio>
#include <cstdlib>

#include "app/allocator.h"
#include "app/broker_app.h"
#include "app/command_line.h"
#include "app/shutdown_signal.h"
#include "base/limits.h"

namespace {

// EX_CONFIG of sysexits.h, for what the user can mend in the configuration.
constexpr int kExitConfiguration = 78;
constexpr int kExitFailure = 1;

int report(const anyclaude::Error& error) {
  std::fprintf(stderr, "anyclaude-broker: %s\n", error.message.c_str());
  return error.source == anyclaude::ErrorSource::config ? kExitConfiguration : kExitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  anyclaude::keep_freed_buffers();
  anyclaude::ShutdownSignal shutdown;
  const auto line = anyclaude::read_command_line(argc, argv, anyclaude::process_environment());
  if (!line) return report(line.error());
  if (line->action == anyclaude::StartupAction::done) return line->exit_code;

  const auto broker = anyclaude::BrokerApp::start(line->config, line->profiles);
  if (!broker) return report(broker.error());
  std::printf("listening on %s\n", (*broker)->url().c_str());
  std::fflush(stdout);

  shutdown.wait();
  // A thread in the middle of its work cannot be ended, but the process can. The store is safe against that.
  if ((*broker)->stop(anyclaude::limits::kShutdownGraceMax) == anyclaude::StopEnd::some_work) std::_Exit(0);
  return 0;
}
