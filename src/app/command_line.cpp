#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <utility>

#include "backend/profile/profile_listing.h"
#include "base/version.h"
#include "servers/load_config.h"

namespace anyclaude {
namespace {

void declare(CLI::App& cli, ConfigFlags& flags) {
  cli.set_version_flag("--version", "anyclaude-broker " + std::string(kVersion));
  cli.add_option("--listen", flags.listen,
                 "HOST:PORT to listen on; port 0 lets the system choose [127.0.0.1:0]");
  cli.add_option("--mode", flags.mode, "the kind of model server; --list-backends tells which there are");
  cli.add_option("--backend-url", flags.backend_url, "the server's address, with or without a trailing /v1");
  cli.add_option("--backend-model", flags.backend_model, "the model that answers [the only or loaded one]");
  cli.add_option("--backend-api-key", flags.backend_api_key,
                 "the server's key; others on this machine can see flags, so prefer the configuration file");
  cli.add_option("--store", flags.store, "directory of the answer store [~/.anyclaude/store]");
  cli.add_option("--config", flags.config_file,
                 "configuration file [./.anyclauderc.json, then ~/.anyclauderc.json]");
  cli.add_option("--log-level", flags.log_level, "trace, debug, info, warn, error or off [info]")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  cli.add_option("--cache", flags.cache_mode, "on, off, read_only or write_only [on]")
      ->check(CLI::IsMember({"on", "off", "read_only", "write_only"}));
  cli.add_option("--prompt-level", flags.prompt_level, "off, safe, standard or aggressive [standard]")
      ->check(CLI::IsMember({"off", "safe", "standard", "aggressive"}));
}

// Prints the profiles; what the user laid over them counts, as far as it can be read.
Result<CommandLine> print_listing(const ConfigFlags& flags, const EnvironmentVariables& environment,
                                  ListingForm form) {
  const auto loaded = load_config(flags, environment);
  if (!loaded) return tl::unexpected(loaded.error());
  std::fputs(list_profiles(loaded->profiles, form).c_str(), stdout);
  CommandLine line;
  line.action = StartupAction::done;
  return line;
}

}  // namespace

Result<CommandLine> read_command_line(int argc, const char* const* argv,
                                      const EnvironmentVariables& environment) {
  CLI::App cli("The anyclaude broker: answers repeated Claude Code requests from a store, forwards the rest.",
               "anyclaude-broker");
  ConfigFlags flags;
  declare(cli, flags);
  std::string listing;
  const std::map<std::string, ListingForm> forms{
      {"", ListingForm::table}, {"markdown", ListingForm::markdown}, {"schema", ListingForm::schema}};
  CLI::Option* list =
      cli.add_option("--list-backends", listing, "print the kinds of model server, or markdown, or schema")
          ->expected(0, 1)
          ->check(CLI::IsMember({"", "markdown", "schema"}));
  CommandLine line;
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    line.action = StartupAction::done;
    line.exit_code = cli.exit(error) == 0 ? 0 : 2;
    return line;
  }
  if (list->count() > 0) return print_listing(flags, environment, forms.at(listing));

  auto loaded = load_config(flags, environment);
  if (!loaded) return tl::unexpected(loaded.error());
  if (auto status = require_mode(loaded->config, names_of(loaded->profiles)); !status)
    return tl::unexpected(status.error());
  line.config = std::move(loaded->config);
  line.profiles = std::move(loaded->profiles);
  return line;
}

}  // namespace anyclaude
