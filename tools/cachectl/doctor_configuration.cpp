#include "backend/backend_profiles.h"
#include "config/config_digest.h"
#include "tools/cachectl/doctor_parts.h"

namespace anyclaude::cachectl {
namespace {

ProfileNames names_of(const BackendProfiles& profiles) {
  return {[&profiles](std::string_view name) {
            const BackendProfile* profile = profiles.find(name);
            return profile == nullptr ? std::string() : profile->name;
          },
          [&profiles](std::string_view name) { return profiles.nearest(name); }};
}

// The entry as a broker would speak to it.
Result<BackendSettings> settings_of(const Config& config, const BackendProfiles& profiles) {
  auto profile = profiles.get(config.profile_of(config.mode));
  if (!profile) return tl::unexpected(profile.error());
  const auto found = config.backends.find(config.mode);
  const BackendConfig said = found == config.backends.end() ? BackendConfig{} : found->second;
  BackendChoices choices;
  choices.base_url = said.url;
  choices.model = said.model;
  choices.api_key = said.api_key;
  choices.api = said.api;
  auto settings = make_backend_settings(std::move(*profile), choices);
  if (!settings) return settings;
  const NetworkConfig& network = config.network;
  settings->timeouts = {config.timeouts.connect, config.timeouts.first_byte, config.timeouts.idle};
  settings->route = {
      ProxySettings({network.https_proxy, network.http_proxy, network.all_proxy, network.no_proxy}),
      {network.ssl_cert_file, network.ssl_cert_dir}};
  return settings;
}

void compare_with_broker(const Config& config, Findings& findings) {
  const auto broker = findings.facts.find("broker");
  if (broker == findings.facts.end() || (*broker)["config_digest"] == config_digest(config)) return;
  findings.add("configuration", Verdict::warning,
               "the broker that runs was started with another one; start it again for this one to count");
}

}  // namespace

void examine_configuration(const Surroundings& here, const ConfigFlags& flags, const Environment& environment,
                           Findings& findings) {
  const auto problem = [&](const Error& error) {
    findings.add("configuration", Verdict::problem, error.message);
  };
  // Where the user's profiles are stands in the configuration, which is then read with them in mind.
  auto config = read_config(flags, environment, {});
  if (!config) return problem(config.error());
  const auto profiles = BackendProfiles::built_in().with_overrides(config->profiles_directory);
  if (!profiles) return problem(profiles.error());
  const ProfileNames names = names_of(*profiles);
  config = read_config(flags, environment, names);
  if (!config) return problem(config.error());
  findings.add("configuration", Verdict::fine,
               config->file.empty() ? "no file; the defaults and the environment count"
                                    : "read from " + config->file.string());
  if (config->mode.empty())
    return findings.add("backend", Verdict::unknown,
                        "none is chosen; say \"backend\": NAME in .anyclauderc.json, or ANYCLAUDE_MODE");
  if (const Status known = require_mode(*config, names); !known) return problem(known.error());
  compare_with_broker(*config, findings);
  const auto settings = settings_of(*config, *profiles);
  if (!settings) return findings.add("backend " + config->mode, Verdict::problem, settings.error().message);
  examine_backend(here, config->mode, *settings, findings);
}

}  // namespace anyclaude::cachectl
