// Enumerations that people write as words. A type takes part with a table that is found by its argument:
//   constexpr auto choices(CacheMode) { return std::array{Choice{"on", CacheMode::on}, ...}; }
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

template <typename Enum>
struct Choice {
  std::string_view name;
  Enum value;
};
// Clang up to 16 does not find this by itself.
template <typename Enum>
Choice(std::string_view, Enum) -> Choice<Enum>;

template <typename Enum>
constexpr std::string_view word_of(Enum value) {
  for (const auto& choice : choices(value))
    if (choice.value == value) return choice.name;
  return {};
}

// Nothing for a word that is not in the table.
template <typename Enum>
constexpr std::optional<Enum> choice_of(std::string_view word) {
  for (const auto& choice : choices(Enum{}))
    if (choice.name == word) return choice.value;
  return std::nullopt;
}

// "must be one of on, off; the nearest is 'on'". `said` is empty for what is no text: nothing is near it.
std::string choice_fault(const std::vector<std::string>& allowed, std::string_view said);

template <typename Enum>
std::string choice_fault(std::string_view said) {
  std::vector<std::string> allowed;
  for (const auto& choice : choices(Enum{})) allowed.emplace_back(choice.name);
  return choice_fault(allowed, said);
}

}  // namespace anyclaude
