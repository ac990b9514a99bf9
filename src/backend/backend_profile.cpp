#include "backend/backend_profile.h"

#include <algorithm>

#include "base/nearest_name.h"

namespace anyclaude {
namespace {

std::vector<BackendProfile> make_profiles() {
  return {
      {.name = "claude",
       .aliases = {"anthropic"},
       .description = "Anthropic's API, or a server that speaks it",
       .dialect = Dialect::anthropic,
       .default_base_url = "https://api.anthropic.com"},
      {.name = "llama-cpp",
       .aliases = {"llamacpp", "llama.cpp", "llama_cpp", "llama-server"},
       .description = "llama.cpp's llama-server",
       .default_base_url = "http://127.0.0.1:8080",
       .reasoning_in_history = ReasoningField::reasoning_content,
       .reports = SlotReports::llama_cpp,
       .takes_top_k = true},
      {.name = "openai",
       .aliases = {"openai-compatible", "openai-chat"},
       .description = "any server with /v1/chat/completions"},
  };
}

}  // namespace

const std::vector<BackendProfile>& backend_profiles() {
  static const std::vector<BackendProfile> kProfiles = make_profiles();
  return kProfiles;
}

const BackendProfile* find_profile(std::string_view name) {
  for (const BackendProfile& profile : backend_profiles()) {
    if (profile.name == name || std::ranges::find(profile.aliases, name) != profile.aliases.end()) {
      return &profile;
    }
  }
  return nullptr;
}

std::string nearest_profile_name(std::string_view name) {
  std::vector<std::string> known;
  for (const BackendProfile& profile : backend_profiles()) {
    known.push_back(profile.name);
    known.insert(known.end(), profile.aliases.begin(), profile.aliases.end());
  }
  return nearest_name(name, known);
}

}  // namespace anyclaude
