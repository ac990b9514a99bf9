#include "backend/profile/backend_profiles.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "backend/profile/embedded_texts.h"
#include "backend/profile/profile_reader.h"
#include "base/bounded_json.h"
#include "base/nearest_name.h"
#include "base/others_may_write.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> wrong(std::string_view file, const std::string& what) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::string(file) + ": " + what);
}

// A profile says where requests go and which program is started.
Status check_is_the_users_own(const std::filesystem::path& path) {
  if (!others_may_write(path)) return {};
  return fail(ErrorKind::permission, ErrorSource::config,
              path.string() +
                  " can be written by others, who could send your code elsewhere; run: chmod go-w " +
                  path.string());
}

Result<std::string> read_text(const std::filesystem::path& file) {
  if (const Status status = check_is_the_users_own(file); !status) return tl::unexpected(status.error());
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  // An empty file fails to give anything, which is not the same as a bad one.
  text << in.rdbuf();
  if (!in || text.bad())
    return fail(ErrorKind::io, ErrorSource::config, "the profile " + file.string() + " cannot be read");
  return text.str();
}

// Names and aliases of different profiles must not meet.
Status check_names(const std::vector<BackendProfile>& profiles, std::string_view file) {
  std::map<std::string, std::string> owners;
  for (const BackendProfile& profile : profiles) {
    std::vector<std::string> names = profile.aliases;
    names.push_back(profile.name);
    for (const std::string& name : names) {
      const auto [owner, is_new] = owners.try_emplace(name, profile.name);
      if (!is_new && owner->second != profile.name)
        return wrong(file, "'" + name + "' names both " + owner->second + " and " + profile.name);
    }
  }
  return {};
}

}  // namespace

BackendProfiles BackendProfiles::built_in() {
  BackendProfiles profiles;
  // The tests read the same texts, so that none of this can fail in the field.
  profiles.families_ = read_model_families(embedded::kModelFamilies, "model_families.json")
                           .value_or(std::vector<ModelFamily>{});
  for (const std::string_view text : embedded::kBackendProfiles) {
    auto more = profiles.with_override(text, "a built-in profile");
    if (more) profiles = std::move(*more);
  }
  return profiles;
}

Result<BackendProfiles> BackendProfiles::with_override(std::string_view json_text,
                                                       std::string_view file) const {
  const Json root = parse_json(json_text, JsonComments::ignored);
  if (!root.is_object()) return wrong(file, "must hold one JSON object");
  const auto text_at = [&root](const char* key) {
    const auto found = root.find(key);
    return found != root.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  BackendProfiles out = *this;
  const auto known = std::ranges::find(out.profiles_, text_at("name"), &BackendProfile::name);
  if (known != out.profiles_.end()) {
    if (const Status status = read_profile(root, file, *known); !status)
      return tl::unexpected(status.error());
  } else {
    BackendProfile profile;
    profile.model_families = families_;
    if (const std::string base = text_at("extends"); !base.empty()) {
      const BackendProfile* found = find(base);
      if (found == nullptr)
        return wrong(file, "'extends' names no profile; the nearest one is '" + nearest(base) + "'");
      profile = *found;
      profile.aliases.clear();
    }
    if (const Status status = read_profile(root, file, profile); !status)
      return tl::unexpected(status.error());
    out.profiles_.push_back(std::move(profile));
  }
  if (const Status status = check_names(out.profiles_, file); !status) return tl::unexpected(status.error());
  return out;
}

Result<BackendProfiles> BackendProfiles::with_overrides(const std::filesystem::path& directory) const {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  std::ranges::sort(files);
  BackendProfiles out = *this;
  if (files.empty()) return out;
  // Who may write the directory may put a file of their own there.
  if (const Status status = check_is_the_users_own(directory); !status) return tl::unexpected(status.error());
  for (const std::filesystem::path& file : files) {
    const auto text = read_text(file);
    if (!text) return tl::unexpected(text.error());
    auto more = out.with_override(*text, file.string());
    if (!more) return tl::unexpected(more.error());
    out = std::move(*more);
  }
  return out;
}

const BackendProfile* BackendProfiles::find(std::string_view name) const {
  for (const BackendProfile& profile : profiles_)
    if (profile.name == name || std::ranges::find(profile.aliases, name) != profile.aliases.end())
      return &profile;
  return nullptr;
}

std::string BackendProfiles::nearest(std::string_view name) const {
  std::vector<std::string> known;
  for (const BackendProfile& profile : profiles_) {
    known.push_back(profile.name);
    known.insert(known.end(), profile.aliases.begin(), profile.aliases.end());
  }
  return nearest_name(name, known);
}

Result<BackendProfile> BackendProfiles::get(std::string_view name) const {
  if (const BackendProfile* found = find(name)) return *found;
  return fail(ErrorKind::invalid_request, ErrorSource::config,
              "unknown mode '" + std::string(name) + "'; the nearest known one is '" + nearest(name) + "'");
}

}  // namespace anyclaude
