#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "backend/backend_profile.h"

namespace anyclaude {
namespace {

struct Flags {
  std::string listen, mode, backend_url, backend_model, backend_api_key, store, config_file, log_level,
      cache_mode, prompt_level;
};

void declare(CLI::App& cli, Flags& flags) {
  cli.set_version_flag("--version", "anyclaude-broker 0.1.0");
  cli.add_option("--listen", flags.listen,
                 "HOST:PORT to listen on; port 0 lets the system choose [127.0.0.1:0]");
  cli.add_option("--mode", flags.mode, "the kind of model server: claude, llama-cpp or openai");
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

void put(const std::string& said, std::string& target) {
  if (!said.empty()) target = said;
}

// A mode may be spelled as an alias; from here on it has its profile's name.
Status settle_mode(Config& config) {
  if (config.mode.empty())
    return fail(ErrorKind::invalid_request, ErrorSource::config,
                "no model server is configured. Name one, for instance: anyclaude-broker --mode llama-cpp "
                "--backend-url http://127.0.0.1:8080 (or set \"backend\" in .anyclauderc.json)");
  const BackendProfile* profile = find_profile(config.mode);
  if (profile == nullptr)
    return fail(ErrorKind::invalid_request, ErrorSource::config,
                "unknown mode '" + config.mode + "'; the nearest known one is '" +
                    nearest_profile_name(config.mode) + "'");
  if (config.mode != profile->name) {
    const auto spelled = config.backends.find(config.mode);
    if (spelled != config.backends.end() && !config.backends.contains(profile->name))
      config.backends[profile->name] = spelled->second;
    config.mode = profile->name;
  }
  return {};
}

Status apply_flags(Config& config, const Flags& flags) {
  put(flags.mode, config.mode);
  if (auto status = settle_mode(config); !status) return status;
  BackendConfig& backend = config.active_backend();
  put(flags.backend_url, backend.url);
  put(flags.backend_model, backend.model);
  put(flags.backend_api_key, backend.api_key);
  if (!flags.store.empty()) config.store_directory = flags.store;
  put(flags.log_level, config.log_level);
  put(flags.cache_mode, config.cache_mode);
  put(flags.prompt_level, config.prompt_level);
  return flags.listen.empty() ? Status{} : apply_listen_address(config, flags.listen);
}

std::filesystem::path home_of(const Environment& environment) {
  const auto home = environment.find("HOME");
  return home == environment.end() ? std::filesystem::path() : std::filesystem::path(home->second);
}

}  // namespace

Result<CommandLine> read_command_line(int argc, const char* const* argv, const Environment& environment) {
  CLI::App cli("The anyclaude broker: answers repeated Claude Code requests from a store, forwards the rest.",
               "anyclaude-broker");
  Flags flags;
  declare(cli, flags);
  CommandLine line;
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    line.action = StartupAction::done;
    line.exit_code = cli.exit(error) == 0 ? 0 : 2;
    return line;
  }

  const std::filesystem::path home = home_of(environment);
  std::error_code ignored;
  const std::filesystem::path file = flags.config_file.empty()
                                         ? find_config_file(std::filesystem::current_path(ignored), home)
                                         : std::filesystem::path(flags.config_file);
  if (!file.empty())
    if (auto status = apply_config_file(line.config, file); !status) return tl::unexpected(status.error());
  if (auto status = apply_environment(line.config, environment); !status)
    return tl::unexpected(status.error());
  if (auto status = apply_flags(line.config, flags); !status) return tl::unexpected(status.error());
  if (line.config.store_directory.empty()) {
    if (home.empty())
      return fail(ErrorKind::invalid_request, ErrorSource::config,
                  "HOME is not set; name a store with --store DIR");
    line.config.store_directory = home / ".anyclaude" / "store";
  }
  return line;
}

}  // namespace anyclaude
