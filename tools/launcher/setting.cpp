#include "tools/launcher/setting.h"

#include <utility>

namespace anyclaude::launcher {
namespace {

ProfileNames names_of(const BackendProfiles& profiles) {
  return {[&profiles](std::string_view name) {
            const BackendProfile* profile = profiles.find(name);
            return profile == nullptr ? std::string() : profile->name;
          },
          [&profiles](std::string_view name) { return profiles.nearest(name); }};
}

}  // namespace

Result<Setting> read_setting(const Arguments& arguments, const Environment& environment) {
  Setting setting;
  setting.flags = arguments.flags;
  setting.environment = environment;
  setting.home = variable(environment, "HOME");
  // Where the person's own profiles are stands in the configuration, which is then read with them in mind.
  auto config = read_config(arguments.flags, environment, {});
  if (!config) return tl::unexpected(config.error());
  auto profiles = BackendProfiles::built_in().with_overrides(config->profiles_directory);
  if (!profiles) return tl::unexpected(profiles.error());
  setting.profiles = std::move(*profiles);
  config = read_config(arguments.flags, environment, names_of(setting.profiles));
  if (!config) return tl::unexpected(config.error());
  setting.config = std::move(*config);
  if (arguments.server_launch == ServerLaunch::never) setting.config.server_launch = ServerLaunch::never;
  return setting;
}

Result<ChosenBackend> choose_backend(const Setting& setting) {
  const Config& config = setting.config;
  if (auto status = require_mode(config, names_of(setting.profiles)); !status)
    return tl::unexpected(status.error());
  auto profile = setting.profiles.get(config.profile_of(config.mode));
  if (!profile) return tl::unexpected(profile.error());
  ChosenBackend chosen;
  chosen.name = config.mode;
  if (const auto found = config.backends.find(config.mode); found != config.backends.end())
    chosen.said = found->second;
  auto settings = make_backend_settings(std::move(*profile), {.base_url = chosen.said.url,
                                                              .model = chosen.said.model,
                                                              .api_key = chosen.said.api_key,
                                                              .api = chosen.said.api});
  if (!settings) return tl::unexpected(settings.error());
  chosen.settings = std::move(*settings);
  const NetworkConfig& network = config.network;
  chosen.settings.route = {
      ProxySettings({network.https_proxy, network.http_proxy, network.all_proxy, network.no_proxy}),
      {network.ssl_cert_file, network.ssl_cert_dir}};
  return chosen;
}

bool is_on_this_machine(const Url& url) {
  return url.host == "localhost" || url.host == "127.0.0.1" || url.host == "::1" || url.host == "0.0.0.0";
}

std::filesystem::path expand_home(const std::string& path, const std::filesystem::path& home) {
  return path.starts_with("~/") ? home / path.substr(2) : std::filesystem::path(path);
}

}  // namespace anyclaude::launcher
