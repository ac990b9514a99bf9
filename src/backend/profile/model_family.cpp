#include "backend/profile/model_family.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace anyclaude {
namespace {

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Anthropic's words, and those of others that mean the same, least first.
constexpr std::array<std::string_view, 7> kEfforts{"none", "minimal", "low", "medium",
                                                   "high", "xhigh",   "max"};

std::size_t rank_of(std::string_view effort) {
  return static_cast<std::size_t>(std::ranges::find(kEfforts, effort) - kEfforts.begin());
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;  // of `text` by the last star
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool matches(const ModelFamily& family, std::string_view model) {
  return std::ranges::any_of(family.match,
                             [model](const std::string& pattern) { return fits_pattern(pattern, model); });
}

std::string nearest_effort(const ModelFamily& family, std::string_view wanted) {
  const std::size_t rank = rank_of(wanted);
  if (rank == kEfforts.size() || family.efforts.empty()) return {};
  const auto distance = [rank](const std::string& effort) {
    const std::size_t other = rank_of(effort);
    return other > rank ? other - rank : rank - other;
  };
  return *std::ranges::min_element(family.efforts, {}, distance);
}

}  // namespace anyclaude
