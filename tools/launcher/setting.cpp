#include "tools/launcher/setting.h"

#include <utility>

#include "base/loopback.h"
#include "servers/load_config.h"
#include "servers/server_settings.h"

namespace anyclaude::launcher {

Result<Setting> read_setting(const Arguments& arguments, const EnvironmentVariables& environment) {
  Setting setting;
  setting.flags = arguments.flags;
  setting.environment = environment;
  setting.home = variable(environment, "HOME");
  auto loaded = load_config(arguments.flags, environment);
  if (!loaded) return tl::unexpected(loaded.error());
  setting.profiles = std::move(loaded->profiles);
  setting.config = std::move(loaded->config);
  if (arguments.server_launch == ServerLaunch::never) setting.config.server_launch = ServerLaunch::never;
  return setting;
}

Result<ChosenBackend> choose_backend(const Setting& setting) {
  const Config& config = setting.config;
  if (auto status = require_mode(config, names_of(setting.profiles)); !status)
    return tl::unexpected(status.error());
  ChosenBackend chosen;
  chosen.name = config.mode;
  if (const auto found = config.backends.find(config.mode); found != config.backends.end())
    chosen.said = found->second;
  auto settings = server_settings(config, setting.profiles, config.mode);
  if (!settings) return tl::unexpected(settings.error());
  chosen.settings = std::move(*settings);
  return chosen;
}

bool is_on_this_machine(const Url& url) {
  return is_loopback_host(url.host) || url.host == "0.0.0.0";
}

std::filesystem::path expand_home(const std::string& path, const std::filesystem::path& home) {
  return path.starts_with("~/") ? home / path.substr(2) : std::filesystem::path(path);
}

}  // namespace anyclaude::launcher
