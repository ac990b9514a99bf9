// One way to a configuration, for every program: flags before the environment before the file before the
// defaults.
#pragma once

#include <functional>
#include <string>
#include <string_view>

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

// The first of ./.anyclauderc.json and ~/.anyclauderc.json is read and not the other: else a file that came
// with a project could send what the home's file holds, keys among it, somewhere else.
//
// Afterwards `mode` is empty or names an entry of `backends`, whichever name or alias was used, and each
// entry whose profile is known has its canonical name in `profile`. The store has its place. Errors have
// source config.
Result<Config> read_config(const ConfigFlags& flags, const Environment& environment,
                           const ProfileNames& profiles);

// The store alone, for programs that need nothing else: a store that a flag or the environment names is found
// whatever the file says.
Result<std::filesystem::path> read_store_directory(const ConfigFlags& flags, const Environment& environment);

// An error that says what to do when no backend is chosen, or one of an unknown profile.
Status require_mode(const Config& config, const ProfileNames& profiles);

// Lays the environment over `config`.
Status apply_environment(Config& config, const Environment& variables, const ProfileNames& profiles);

// The entry that answers to `name`: of that name, else the one of that profile; made when there is none.
std::string entry_for(Config& config, std::string_view name, const ProfileNames& profiles);

}  // namespace anyclaude
