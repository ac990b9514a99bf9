// What `anyclaude` can be asked to do. Each returns the exit code and has said everything.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "tools/launcher/arguments.h"
#include "tools/launcher/setting.h"
#include "tools/launcher/signals.h"

namespace anyclaude::launcher {

// EX_CONFIG of sysexits.h, for what the person can mend in the configuration; 127 is a shell's word for a
// missing program.
enum class ExitCode { done = 0, failure = 1, usage = 2, configuration = 78, no_client = 127 };

// Claude Code through the broker; with client_start `no` the broker alone.
int run_claude(const Setting& setting, const Arguments& arguments, Signals& signals);
// Exports for a shell, or the `env` of a settings.json.
int print_settings(const Setting& setting, const Arguments& arguments);
// Looks at everything on the way; 1 when something has to be changed.
int doctor(const Setting& setting, const Arguments& arguments);
// Writes a configuration for what runs here.
int init(const Setting& setting, const Arguments& arguments);
// Approves a project's file, lists approved ones, takes an approval back.
int trust(const Arguments& arguments, const EnvironmentVariables& environment);

// The whole program.
int run(const std::vector<std::string>& words, const EnvironmentVariables& environment, Signals& signals);

int report(const Error& error);

}  // namespace anyclaude::launcher
