// Small things that many rooms do to a text.
#pragma once

#include <cstddef>
#include <string_view>

namespace anyclaude {

// What counts as blank in a field of HTTP, and in a text that a person or a model wrote.
inline constexpr std::string_view kFieldBlanks = " \t";
inline constexpr std::string_view kTextBlanks = " \t\r\n";

// Without the characters of `blanks` at both ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace anyclaude
