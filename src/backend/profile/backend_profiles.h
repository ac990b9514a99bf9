// All profiles that are known: those compiled in, and those of the user.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "backend/profile/backend_profile.h"
#include "base/error.h"

namespace anyclaude {

// A value. Thread-safe once made.
class BackendProfiles {
 public:
  // config/backends/*.json and config/model_families.json as this program was built with.
  static BackendProfiles built_in();

  // The same with every *.json of a directory laid over, in the order of their names. A file that names a
  // known profile changes what it says of it and nothing else; one that names another adds it (`extends`
  // names the profile it starts from). A directory that is not there changes nothing. Errors are source
  // config, with the file and the key, and the nearest known key for one that is not known; and
  // ErrorKind::permission for a file, or a directory with such files, that others may write.
  Result<BackendProfiles> with_overrides(const std::filesystem::path& directory) const;
  // The same for one text; `file` is for messages.
  Result<BackendProfiles> with_override(std::string_view json_text, std::string_view file) const;

  // By name or alias; nullptr when unknown. Valid as long as this object.
  const BackendProfile* find(std::string_view name) const;
  // The known name or alias nearest to a misspelled one.
  std::string nearest(std::string_view name) const;
  // By name. Errors are source config, with the nearest name.
  Result<BackendProfile> get(std::string_view name) const;

  const std::vector<BackendProfile>& all() const { return profiles_; }

 private:
  std::vector<BackendProfile> profiles_;
  std::vector<ModelFamily> families_;  // that all profiles share
};

}  // namespace anyclaude
