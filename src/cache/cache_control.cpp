#include "cache/cache_control.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace anyclaude {
namespace {

// The largest age a cache needs to tell apart (RFC 9111, section 1.2.2).
constexpr std::int64_t kDeltaSecondsMax = 2'147'483'648;

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char c, char expected) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) == expected;
  });
}

// The end of the directive that begins `list`: a comma inside a quoted value ends nothing.
std::size_t directive_length(std::string_view list) {
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (quoted && list[i] == '\\') {
      ++i;
    } else if (list[i] == '"') {
      quoted = !quoted;
    } else if (list[i] == ',' && !quoted) {
      return i;
    }
  }
  return list.size();
}

std::chrono::seconds read_age(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (value.empty() || value.find_first_not_of("0123456789") != value.npos) return std::chrono::seconds{0};
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (read.ec != std::errc{}) seconds = kDeltaSecondsMax;
  return std::chrono::seconds{std::min(seconds, kDeltaSecondsMax)};
}

void apply(CacheControl& wishes, std::string_view directive) {
  const std::size_t equals = std::min(directive.find('='), directive.size());
  const std::string_view name = trimmed(directive.substr(0, equals), kFieldBlanks);
  const std::string_view value =
      equals < directive.size() ? trimmed(directive.substr(equals + 1), kFieldBlanks) : std::string_view{};
  if (equals_ignoring_case(name, "no-cache")) wishes.no_cache = true;
  if (equals_ignoring_case(name, "no-store")) wishes.no_store = true;
  if (equals_ignoring_case(name, "only-if-cached")) wishes.only_if_cached = true;
  if (equals_ignoring_case(name, "max-age")) {
    const std::chrono::seconds age = read_age(value);
    wishes.max_age = wishes.max_age ? std::min(*wishes.max_age, age) : age;
  }
}

void apply_all(CacheControl& wishes, std::string_view list) {
  while (!list.empty()) {
    const std::size_t length = directive_length(list);
    apply(wishes, list.substr(0, length));
    list.remove_prefix(std::min(length + 1, list.size()));
  }
}

}  // namespace

CacheControl parse_cache_control(std::string_view cache_control, std::string_view own_header) {
  CacheControl wishes;
  apply_all(wishes, cache_control);
  apply_all(wishes, own_header);
  return wishes;
}

}  // namespace anyclaude
