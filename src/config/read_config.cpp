#include "config/read_config.h"

#include <algorithm>
#include <cctype>

#include "base/digest.h"
#include "base/loopback.h"
#include "config/json_setters.h"
#include "config/printable.h"
#include "config/trust_record.h"

namespace anyclaude {
namespace {

void put(const std::string& said, std::string& target) {
  if (!said.empty()) target = said;
}

void put(const std::string& said, std::string& target, Origin& from) {
  if (said.empty()) return;
  target = said;
  from = Origin::flag;
}

template <typename Enum>
Status put_choice(std::string_view flag, const std::string& said, Enum& target) {
  if (said.empty()) return {};
  const auto choice = choice_of<Enum>(said);
  if (!choice) return config_error(std::string(flag) + " " + choice_fault<Enum>(said));
  target = *choice;
  return {};
}

std::string canonical_or_empty(std::string_view name, const ProfileNames& profiles) {
  if (!profiles.canonical) return std::string(name);
  if (std::string known = profiles.canonical(name); !known.empty()) return known;
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return profiles.canonical(lower);
}

// Files of earlier versions name one server and start another: their script says which it is.
std::string_view profile_of_script(std::string_view script) {
  if (script.find("mlx-textgen") != std::string_view::npos ||
      script.find("mlx_textgen") != std::string_view::npos)
    return "mlx-textgen";
  if (script.ends_with("mlx-server.py")) return "vllm-mlx-legacy";
  return {};
}

// Gives each entry its profile's own name, as far as it is known.
void settle_profiles(Config& config, const ProfileNames& profiles) {
  for (auto& [name, backend] : config.backends) {
    std::string_view said = backend.profile;
    if (said.empty()) said = profile_of_script(backend.server_script);
    if (said.empty()) said = name;
    if (std::string known = canonical_or_empty(said, profiles); !known.empty()) backend.profile = known;
  }
}

Status apply_flags(Config& config, const ConfigFlags& flags, const ProfileNames& profiles) {
  put(flags.mode, config.mode);
  if (!config.mode.empty()) config.mode = entry_for(config, config.mode, profiles);
  const bool names_backend =
      !flags.backend_url.empty() || !flags.backend_model.empty() || !flags.backend_api_key.empty();
  if (!config.mode.empty() && names_backend) {
    BackendConfig& backend = config.active_backend();
    put(flags.backend_url, backend.url, backend.from.url);
    if (!flags.backend_model.empty()) set_model(backend, flags.backend_model);
    put(flags.backend_api_key, backend.api_key, backend.from.api_key);
  }
  if (!flags.store.empty()) {
    config.store_directory = flags.store;
    config.from.store = Origin::flag;
  }
  for (const Status& status : {put_choice("--log-level", flags.log_level, config.log_level),
                               put_choice("--cache", flags.cache_mode, config.cache_mode),
                               put_choice("--prompt-level", flags.prompt_level, config.prompt_level)})
    if (!status) return status;
  return flags.listen.empty() ? Status{} : apply_listen_address(config, flags.listen);
}

// The user's own key is for Anthropic alone. A running broker may be switched to Anthropic,
// so the key does not wait for the mode.
void apply_anthropic_key(Config& config, const EnvironmentVariables& environment) {
  const std::string key = variable(environment, "ANTHROPIC_API_KEY");
  if (key.empty()) return;
  for (auto& [name, backend] : config.backends) {
    if (config.profile_of(name) != "claude") continue;
    backend.api_key = key;
    backend.from.api_key = Origin::environment;
  }
}

Status settle_store(Config& config, const std::filesystem::path& home) {
  if (!config.store_directory.empty()) return {};
  if (home.empty()) return config_error("HOME is not set; name a store with --store DIR");
  config.store_directory = home / ".anyclaude" / "store";
  return {};
}

// A directory that was named must be there; the usual one need not.
Status settle_profiles_directory(Config& config, const std::filesystem::path& home) {
  std::filesystem::path& directory = config.profiles_directory;
  if (directory.empty()) {
    if (!home.empty()) directory = home / ".anyclaude" / "backends";
    return {};
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return {};
  return config_error("'profiles_dir' names no directory: " + directory.string());
}

// The digest is of the text that is then read: a file that changes in between is not approved.
Status apply_source(Config& config, const std::filesystem::path& home,
                    const EnvironmentVariables& environment) {
  const auto text = read_config_file(config.file);
  if (!text) return tl::unexpected(text.error());
  config.file_sha256 = sha256_hex(*text);
  if (config.file_origin == Origin::project_file) {
    const auto known = is_on(environment, "ANYCLAUDE_TRUST")
                           ? Result<bool>(true)
                           : is_trusted(home, {trusted_path(config.file), config.file_sha256});
    config.approval = known.value_or(false) ? Approval::given : Approval::missing;
    if (!known) config.approval_problem = known.error().message;
  }
  return apply_config_text(config, *text, config.file.string());
}

Status check_guarded(const Config& config) {
  if (config.approval != Approval::missing) return {};
  const auto guarded = guarded_settings(config);
  if (guarded.empty()) return {};
  return approval_missing(config, guarded.front());
}

}  // namespace

std::string entry_for(Config& config, std::string_view name, const ProfileNames& profiles) {
  if (config.backends.contains(name)) return std::string(name);
  const std::string known = canonical_or_empty(name, profiles);
  if (known.empty()) return std::string(name);
  if (config.backends.contains(known)) return known;
  for (const auto& [entry, backend] : config.backends)
    if (canonical_or_empty(entry, profiles) == known) return entry;
  for (const auto& [entry, backend] : config.backends)
    if (backend.profile == known) return entry;
  config.backends[known].profile = known;
  return known;
}

ConfigSource find_config_source(const ConfigFlags& flags, const EnvironmentVariables& environment) {
  if (!flags.config_file.empty()) return {flags.config_file, Origin::named_file};
  const std::filesystem::path home = variable(environment, "HOME");
  std::error_code ignored;
  const std::filesystem::path found = find_config_file(std::filesystem::current_path(ignored), home);
  if (found.empty()) return {};
  if (home.empty()) return {found, Origin::project_file};
  const std::filesystem::path of_home = find_config_file({}, home);
  if (!of_home.empty() && std::filesystem::equivalent(found, of_home, ignored))
    return {of_home, Origin::home_file};
  return {found, Origin::project_file};
}

Result<Config> read_config(const ConfigFlags& flags, const EnvironmentVariables& environment,
                           const ProfileNames& profiles) {
  return read_config(find_config_source(flags, environment), GuardedSettings::refuse, flags, environment,
                     profiles);
}

Result<Config> read_config(const ConfigSource& source, GuardedSettings guarded, const ConfigFlags& flags,
                           const EnvironmentVariables& environment, const ProfileNames& profiles) {
  Config config;
  const std::filesystem::path home = variable(environment, "HOME");
  config.file = source.file;
  config.file_origin = source.origin;
  if (!config.file.empty())
    if (auto status = apply_source(config, home, environment); !status) return tl::unexpected(status.error());
  settle_profiles(config, profiles);
  if (auto status = apply_environment(config, environment, profiles); !status)
    return tl::unexpected(status.error());
  if (auto status = apply_flags(config, flags, profiles); !status) return tl::unexpected(status.error());
  apply_anthropic_key(config, environment);
  if (guarded == GuardedSettings::refuse)
    if (auto status = check_guarded(config); !status) return tl::unexpected(status.error());
  if (auto status = settle_store(config, home); !status) return tl::unexpected(status.error());
  if (auto status = settle_profiles_directory(config, home); !status) return tl::unexpected(status.error());
  return config;
}

std::vector<std::string> guarded_settings(const Config& config) {
  std::vector<std::string> guarded;
  const auto note = [&](Origin from, const std::string& what) {
    if (from == Origin::project_file) guarded.push_back(what);
  };
  const ConfigOrigins& from = config.from;
  note(from.store, "keeps answers in, and takes them from, " +
                       printable_quoted(config.store_directory.string()) + " (\"store\")");
  note(from.profiles_directory, "brings descriptions of servers, with addresses and commands, from " +
                                    printable_quoted(config.profiles_directory.string()) +
                                    " (\"profiles_dir\")");
  note(from.cache_metrics_file,
       "overwrites " + printable_quoted(config.cache_metrics_file.string()) + " (\"cache_metrics_file\")");
  if (!is_loopback_host(config.listen_host))
    note(from.listen_host,
         "lets other machines ask the broker at " + printable_quoted(config.listen_host) + " (\"listen\")");
  if (!config.allowed_hosts.empty())
    note(from.allowed_hosts, "lets the broker be asked by the name of another host, " +
                                 printable_quoted(config.allowed_hosts.front()) + " (\"allowed_hosts\")");
  return guarded;
}

tl::unexpected<Error> approval_missing(const Config& config, std::string_view why) {
  const std::string problem =
      config.approval_problem.empty() ? "" : " Note that " + config.approval_problem + ".";
  return fail(ErrorKind::permission, ErrorSource::config,
              config.file.string() + " came with this directory, is not approved, and " + std::string(why) +
                  ". Read it; if you agree, run in that directory: anyclaude trust." + problem);
}

Result<std::filesystem::path> read_store_directory(const ConfigFlags& flags,
                                                   const EnvironmentVariables& environment) {
  if (!flags.store.empty()) return flags.store;
  if (std::string named = variable(environment, "ANYCLAUDE_STORE"); !named.empty()) return named;
  return read_config(flags, environment, {}).map([](const Config& config) { return config.store_directory; });
}

Status require_mode(const Config& config, const ProfileNames& profiles) {
  if (config.mode.empty())
    return config_error(
        "no model server is configured. Name one, for instance: --mode llama-cpp, with its address in "
        "LLAMA_CPP_URL if it is not http://127.0.0.1:8080; or set \"backend\" in .anyclauderc.json "
        "(anyclaude init writes one)");
  const std::string profile = config.profile_of(config.mode);
  if (!canonical_or_empty(profile, profiles).empty()) return {};
  const std::string nearest =
      profiles.nearest ? "; the nearest known one is '" + profiles.nearest(profile) + "'" : "";
  if (config.backends.contains(config.mode) && profile == config.mode)
    return config_error("backends." + config.mode +
                        " does not say what kind of server it is: add \"profile\"" + nearest);
  return config_error("unknown mode '" + profile + "'" + nearest);
}

}  // namespace anyclaude
