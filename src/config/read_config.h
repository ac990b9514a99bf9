// One way to a configuration, for every program: flags before the environment before the file before the
// defaults.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/config.h"

namespace anyclaude {

// What flags say; empty members were not given.
struct ConfigFlags {
  std::string config_file;  // instead of ./.anyclauderc.json, then ~/.anyclauderc.json
  std::string listen;
  std::string mode;
  std::string backend_url;
  std::string backend_model;
  std::string backend_api_key;
  std::string store;
  std::string log_level;
  std::string cache_mode;
  std::string prompt_level;
};

// What is known of backend profiles, handed in because this room knows none. Without it names are taken as
// they are.
struct ProfileNames {
  // The profile's own name for its name or alias; empty for an unknown one.
  std::function<std::string(std::string_view)> canonical;
  // The known name nearest to a misspelled one.
  std::function<std::string(std::string_view)> nearest;
};

// The configuration file that is read, and whose it is. No file: an empty path, Origin::defaults.
struct ConfigSource {
  std::filesystem::path file;
  Origin origin = Origin::defaults;
};

// The file that a flag names, else ./.anyclauderc.json, else ~/.anyclauderc.json. A ./.anyclauderc.json that
// is the home's own file (also through a link) has Origin::home_file.
ConfigSource find_config_source(const ConfigFlags& flags, const EnvironmentVariables& environment);

// What becomes of a project file that is not approved and has settings which reach beyond the project.
enum class GuardedSettings { refuse, report };

// The first of ./.anyclauderc.json and ~/.anyclauderc.json is read and not the other: else a file that came
// with a project could send what the home's file holds, keys among it, somewhere else. Whether a project file
// is approved stands in `approval`: by the record of trust_record.h, or by ANYCLAUDE_TRUST=1.
//
// Afterwards `mode` is empty or names an entry of `backends`, whichever name or alias was used, and each
// entry whose profile is known has its canonical name in `profile`. The store has its place. Errors have
// source config; permission when an approval is missing.
Result<Config> read_config(const ConfigFlags& flags, const EnvironmentVariables& environment,
                           const ProfileNames& profiles);
// The same with the file already found.
Result<Config> read_config(const ConfigSource& source, GuardedSettings guarded, const ConfigFlags& flags,
                           const EnvironmentVariables& environment, const ProfileNames& profiles);

// One line for each setting of a project file that reaches beyond the project: "keeps answers in ...". Empty
// for another file. They need approval.
std::vector<std::string> guarded_settings(const Config& config);

// The error of a project file that needs approval for what it does: why ("names ..."), and what to do. Kind
// permission, source config.
tl::unexpected<Error> approval_missing(const Config& config, std::string_view why);

// The store alone, for programs that need nothing else: a store that a flag or the environment names is found
// whatever the file says.
Result<std::filesystem::path> read_store_directory(const ConfigFlags& flags,
                                                   const EnvironmentVariables& environment);

// An error that says what to do when no backend is chosen, or one of an unknown profile.
Status require_mode(const Config& config, const ProfileNames& profiles);

// Lays the environment over `config`.
Status apply_environment(Config& config, const EnvironmentVariables& variables, const ProfileNames& profiles);

// The entry that answers to `name`: of that name, else the one of that profile; made when there is none.
std::string entry_for(Config& config, std::string_view name, const ProfileNames& profiles);

}  // namespace anyclaude
