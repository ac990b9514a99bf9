#include "backend/tool_calls/tool_call_repair.h"

#include <cstddef>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// The places outside of strings where a bracket may be missing: before each comma or closing bracket, and at
// the end.
std::vector<std::size_t> gaps(std::string_view text) {
  std::vector<std::size_t> places;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == ',' || c == '}' || c == ']')) {
      places.push_back(at);
    }
  }
  places.push_back(text.size());
  return places;
}

}  // namespace

std::vector<std::string> bracket_repairs(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos || text.size() > limits::kToolCallRepairBytesMax) return {};
  text = text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
  const std::vector<std::size_t> places = gaps(text);
  if (places.size() * 2 > limits::kToolCallRepairTriesMax) return {};
  std::vector<std::string> repairs;
  for (const std::size_t place : places)
    for (const char bracket : {'}', ']'}) repairs.push_back(std::string(text).insert(place, 1, bracket));
  std::string_view less = text;
  while (less.ends_with('}') || less.ends_with(']')) {
    less.remove_suffix(1);
    less = less.substr(0, less.find_last_not_of(kBlanks) + 1);
    repairs.emplace_back(less);
  }
  if (text.starts_with("{{") && text.ends_with("}}")) repairs.emplace_back(text.substr(1, text.size() - 2));
  return repairs;
}

}  // namespace anyclaude
