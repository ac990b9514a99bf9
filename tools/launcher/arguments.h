// The command line of `anyclaude`: a few words are its own, everything else is Claude Code's.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/read_config.h"

namespace anyclaude::launcher {

enum class Verb { run, print_settings, doctor, init, trust, help, version };
enum class TrustAction { approve, list, revoke };
enum class OutputFormat { text, json };
enum class Overwrite { refuse, allow };

struct Arguments {
  Verb verb = Verb::run;
  ConfigFlags flags;                                         // --mode, --config, --port
  ServerLaunch server_launch = ServerLaunch::as_configured;  // --no-launch
  std::vector<std::string> client;                           // for claude, in their order
  OutputFormat format = OutputFormat::text;
  Overwrite overwrite = Overwrite::refuse;
  TrustAction trust = TrustAction::approve;
  std::string trust_file;  // the file or its directory; empty: that of the working directory
};

// A verb, --help and --version count only as the first word; behind "--" every word is claude's. Errors are
// invalid_request, source config.
Result<Arguments> parse_arguments(const std::vector<std::string>& words);

// What --help prints.
std::string usage();

}  // namespace anyclaude::launcher
