#include "messages/request/attribution.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace anyclaude {
namespace {

constexpr std::size_t kEntrypointBytesMax = 40;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

constexpr bool is_entrypoint_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Takes as many characters of a kind as there are; how many.
template <typename IsOfKind>
std::size_t take_all(std::string_view& text, IsOfKind is_of_kind) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_of_kind);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

// 2.1.197 or 2.1.197.c61
bool take_version(std::string_view& text) {
  for (int part = 0; part < 3; ++part) {
    if (part > 0 && !take(text, ".")) return false;
    if (take_all(text, is_digit) == 0) return false;
  }
  return !take(text, ".") || take_all(text, is_hex) == 3;
}

// One of the pairs that only some versions and some requests have.
bool take_optional_pair(std::string_view& text) {
  static constexpr std::array<std::string_view, 2> kConstant{" cc_is_subagent=true;", " cc_workload=cron;"};
  for (const std::string_view pair : kConstant)
    if (take(text, pair)) return true;
  return take(text, " cch=") && take_all(text, is_hex) == 5 && take(text, ";");
}

}  // namespace

bool is_attribution(std::string_view system_text) {
  std::string_view rest = system_text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (!take(rest, "x-anthropic-billing-header: cc_version=") || !take_version(rest)) return false;
  if (!take(rest, "; cc_entrypoint=")) return false;
  const std::size_t entrypoint = take_all(rest, is_entrypoint_char);
  if (entrypoint == 0 || entrypoint > kEntrypointBytesMax || !take(rest, ";")) return false;
  while (!rest.empty())
    if (!take_optional_pair(rest)) return false;
  return true;
}

}  // namespace anyclaude
