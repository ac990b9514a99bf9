#include "tools/launcher/known_servers.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "messages/events/reply_json.h"
#include "tools/launcher/probe.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {
namespace {

using nlohmann::json;

// A path that only one kind of server has, and a member of what it answers.
struct Sign {
  std::string_view profile;
  const char* path;
  const char* member;
};
constexpr std::array<Sign, 4> kSigns{{{"llama-cpp", "/props", "default_generation_settings"},
                                      {"ollama", "/api/version", "version"},
                                      {"lmstudio", "/api/v0/models", "data"},
                                      {"sglang", "/get_model_info", "model_path"}}};

// What some say of themselves in a list of models.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOwners{
    {{"llamacpp", "llama-cpp"}, {"vllm", "vllm"}, {"sglang", "sglang"}, {"library", "ollama"}}};

Answer ask_here(const Url& url, const std::string& path) {
  return ask(url, url.path + path, {}, limits::kLocalProbeTimeMax);
}

bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const json& entries_of(const json& models) {
  static const json kNone = json::array();
  if (models.is_array()) return models;
  const auto found = models.find("data");
  return found != models.end() && found->is_array() ? *found : kNone;
}

std::optional<FoundServer> look_at(const Url& url, const std::vector<std::string>& candidates) {
  const Answer answer = ask_here(url, "/v1/models");
  if (!answer.is_ok()) return std::nullopt;
  const json models = answer.json();
  if (!models.is_object() && !models.is_array()) return std::nullopt;
  FoundServer found{kind_of_server(url, candidates), url, {}};
  for (const json& entry : entries_of(models))
    if (const std::string* id = find_string(entry, "id")) found.models.push_back(*id);
  return found;
}

}  // namespace

std::string kind_of_server(const Url& url, const std::vector<std::string>& candidates) {
  for (const Sign& sign : kSigns) {
    if (!is_among(candidates, sign.profile)) continue;
    const Answer answer = ask_here(url, sign.path);
    if (answer.is_ok() && answer.json().contains(sign.member)) return std::string(sign.profile);
  }
  const json models = ask_here(url, "/v1/models").json();
  for (const json& entry : entries_of(models))
    for (const auto& [owner, profile] : kOwners)
      if (string_or_empty(entry, "owned_by") == owner && is_among(candidates, profile))
        return std::string(profile);
  // One that would have shown itself is not it.
  for (const std::string& name : candidates)
    if (std::ranges::none_of(kSigns, [&](const Sign& sign) { return sign.profile == name; })) return name;
  return candidates.front();
}

std::vector<FoundServer> look_for_servers(const BackendProfiles& profiles) {
  std::map<std::string, std::pair<Url, std::vector<std::string>>> places;
  for (const BackendProfile& profile : profiles.all()) {
    const auto url = parse_url(profile.default_base_url);
    if (!url || !is_on_this_machine(*url)) continue;
    std::vector<Url> urls{without_v1(*url)};
    if (profile.package_port != 0) {
      urls.push_back(urls.front());
      urls.back().port = profile.package_port;
    }
    for (const Url& place : urls) {
      auto& [known, names] = places[place.origin()];
      known = place;
      known.path.clear();
      names.push_back(profile.name);
    }
  }
  std::vector<std::future<std::optional<FoundServer>>> looks;
  for (const auto& [origin, place] : places)
    looks.push_back(std::async(std::launch::async, look_at, place.first, place.second));
  std::vector<FoundServer> found;
  for (auto& look : looks)
    if (auto server = look.get()) found.push_back(std::move(*server));
  return found;
}

}  // namespace anyclaude::launcher
