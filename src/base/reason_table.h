// A reason has a name, a sentence and a remedy, declared once in a table next to its enumeration. Response
// headers, metrics, log lines, `anyclaude-cachectl reasons` and docs/reasons.md all read that table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace anyclaude {

struct Reason {
  std::string_view name;      // as headers and metrics spell it; never changes once released
  std::string_view happened;  // one sentence
  std::string_view remedy;    // one sentence, or kNothingToDo
};

inline constexpr std::string_view kNothingToDo = "Nothing to do.";

template <typename Enum>
struct ReasonRow {
  Enum value;
  Reason reason;
};

// Whether the enumeration of `Value` has an enumerator of that value. GCC and Clang spell a value that has
// none as a cast: "(anyclaude::Color)7" instead of "anyclaude::Color::red".
template <auto Value>
constexpr bool is_enumerator() {
  constexpr std::string_view kSpelling = __PRETTY_FUNCTION__;
  constexpr std::string_view kBefore = "Value = ";
  const std::size_t at = kSpelling.rfind(kBefore);
  return at != std::string_view::npos && kSpelling[at + kBefore.size()] != '(';
}

constexpr bool is_sentence(std::string_view text) {
  return text.size() > 1 && text.back() == '.' && (text.front() < 'a' || text.front() > 'z');
}

// For a static_assert beside each table: row i is about the enumerator of value i, no enumerator follows the
// last row, every name is there and unique, and every text is a sentence.
template <typename Enum, std::size_t Count>
constexpr bool describes_every_value(const std::array<ReasonRow<Enum>, Count>& table) {
  for (std::size_t i = 0; i < Count; ++i) {
    const Reason& reason = table[i].reason;
    if (table[i].value != static_cast<Enum>(i) || reason.name.empty()) return false;
    if (!is_sentence(reason.happened) || !is_sentence(reason.remedy)) return false;
    for (std::size_t before = 0; before < i; ++before)
      if (table[before].reason.name == reason.name) return false;
  }
  return !is_enumerator<static_cast<Enum>(Count)>();
}

// Of a value outside the enumeration: a reason without a name.
template <typename Enum, std::size_t Count>
constexpr Reason reason_in(const std::array<ReasonRow<Enum>, Count>& table, Enum value) {
  const auto row = static_cast<std::size_t>(value);
  return row < Count ? table[row].reason : Reason{};
}

}  // namespace anyclaude
