#include "backend/backend_profile.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

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

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Levenshtein distance without regard to case.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(from[i]) == lower(to[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
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
  std::string nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  const auto consider = [&](const std::string& candidate) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= least) return;
    least = distance;
    nearest = candidate;
  };
  for (const BackendProfile& profile : backend_profiles()) {
    consider(profile.name);
    for (const std::string& alias : profile.aliases) consider(alias);
  }
  return nearest;
}

}  // namespace anyclaude
