// Where a launcher finds itself: the configuration, the profiles and the environment it was started in.
#pragma once

#include <filesystem>
#include <string>

#include "backend/profile/backend_profiles.h"
#include "backend/profile/backend_settings.h"
#include "base/error.h"
#include "config/read_config.h"
#include "tools/launcher/arguments.h"

namespace anyclaude::launcher {

struct Setting {
  ConfigFlags flags;
  EnvironmentVariables environment;
  Config config;
  BackendProfiles profiles;
  std::filesystem::path home;

  std::filesystem::path log_file(const std::string& name) const {
    return home / ".anyclaude" / "logs" / name;
  }
};

// What the command line, the environment and the files say. That no backend is chosen is no error here.
Result<Setting> read_setting(const Arguments& arguments, const EnvironmentVariables& environment);

// The backend that answers, as the broker would use it. Errors are source config.
struct ChosenBackend {
  std::string name;  // of its entry
  BackendConfig said;
  BackendSettings settings;

  bool is_anthropic() const { return settings.profile.lane() == Lane::verbatim; }
  // The address of one of its paths, as in /v1/models.
  std::string target(const std::string& path) const { return settings.base_url.path + path; }
};
Result<ChosenBackend> choose_backend(const Setting& setting);

bool is_on_this_machine(const Url& url);
// "~/x" in the person's home.
std::filesystem::path expand_home(const std::string& path, const std::filesystem::path& home);

}  // namespace anyclaude::launcher
