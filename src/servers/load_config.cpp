#include "servers/load_config.h"

#include <utility>

namespace anyclaude {

Result<LoadedConfig> load_config(const ConfigFlags& flags, const EnvironmentVariables& environment) {
  return load_config(find_config_source(flags, environment), GuardedSettings::refuse, flags, environment);
}

Result<LoadedConfig> load_config(const ConfigSource& source, GuardedSettings guarded,
                                 const ConfigFlags& flags, const EnvironmentVariables& environment) {
  // Where the user's profiles are stands in the configuration, which is then read with them in mind.
  auto config = read_config(source, guarded, flags, environment, {});
  if (!config) return tl::unexpected(config.error());
  auto profiles = BackendProfiles::built_in();
  if (config->is_users(config->from.profiles_directory)) {
    auto all = profiles.with_overrides(config->profiles_directory);
    if (!all) return tl::unexpected(all.error());
    profiles = std::move(*all);
  }
  config = read_config(source, guarded, flags, environment, names_of(profiles));
  if (!config) return tl::unexpected(config.error());
  return LoadedConfig{std::move(*config), std::move(profiles)};
}

ProfileNames names_of(const BackendProfiles& profiles) {
  return {[profiles](std::string_view name) {
            const BackendProfile* profile = profiles.find(name);
            return profile == nullptr ? std::string() : profile->name;
          },
          [profiles](std::string_view name) { return profiles.nearest(name); }};
}

}  // namespace anyclaude
