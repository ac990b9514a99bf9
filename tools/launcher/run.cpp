#include <cstdio>

#include "base/version.h"
#include "tools/launcher/approval.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {

int run(const std::vector<std::string>& words, const EnvironmentVariables& environment, Signals& signals) {
  const auto arguments = parse_arguments(words);
  if (!arguments) {
    say(arguments.error().message);
    return static_cast<int>(ExitCode::usage);
  }
  if (arguments->verb == Verb::help) {
    std::fputs(usage().c_str(), stdout);
    return static_cast<int>(ExitCode::done);
  }
  if (arguments->verb == Verb::version) {
    std::printf("anyclaude %s\n", std::string(kVersion).c_str());
    return static_cast<int>(ExitCode::done);
  }
  if (arguments->verb == Verb::trust) return trust(*arguments, environment);
  if (arguments->verb == Verb::run)
    if (const Status settled = settle_approval(*arguments, environment, signals); !settled)
      return report(settled.error());
  // What init is to replace need not be readable, nor there.
  Arguments reading = *arguments;
  if (arguments->verb == Verb::init) reading.flags = {};
  auto setting = read_setting(reading, environment);
  if (!setting && arguments->verb == Verb::init) {
    Setting bare;
    bare.environment = environment;
    bare.profiles = BackendProfiles::built_in();
    setting = std::move(bare);
  }
  if (!setting) return report(setting.error());
  switch (arguments->verb) {
    case Verb::print_settings:
      return print_settings(*setting, *arguments);
    case Verb::doctor:
      return doctor(*setting, *arguments);
    case Verb::init:
      return init(*setting, *arguments);
    case Verb::run:
    case Verb::trust:
    case Verb::help:
    case Verb::version:
      break;
  }
  return run_claude(*setting, *arguments, signals);
}

}  // namespace anyclaude::launcher
