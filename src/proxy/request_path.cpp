#include "proxy/request_path.h"

#include <algorithm>

#include "http/wire/header_syntax.h"
#include "http/wire/http_message.h"

namespace anyclaude {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

// The letters, digits and marks that a path holds as they are.
bool is_unreserved(unsigned char byte) {
  const char c = ascii_lower(static_cast<char>(byte));
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("-._~").find(c) != std::string_view::npos);
}

bool may_be_escaped(unsigned char byte) {
  if (byte < 0x20 || byte == 0x7f || is_unreserved(byte)) return false;
  return std::string_view("%\\;").find(static_cast<char>(byte)) == std::string_view::npos;
}

// The path as a server that undoes the escapes would read it; nothing when there is one that no client
// writes.
std::optional<std::string> unescaped(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == ';' || c == '\\' || c == '#') return std::nullopt;
    if (c != '%') {
      out += c;
      continue;
    }
    if (i + 2 >= path.size()) return std::nullopt;
    const auto high = hex_digit(path[i + 1]);
    const auto low = hex_digit(path[i + 2]);
    if (!high || !low) return std::nullopt;
    const auto byte = static_cast<unsigned char>(*high * 16 + *low);
    if (!may_be_escaped(byte)) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

std::string without_repeated_slashes(std::string_view path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || !out.ends_with('/')) out += c;
  return out;
}

}  // namespace

std::optional<PlainPath> plain_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const auto read = unescaped(path);
  if (!read || has_dot_segment(*read)) return std::nullopt;
  PlainPath plain;
  plain.upstream = without_repeated_slashes(path);
  const std::string_view all = plain.upstream;
  const std::string_view first = all.substr(1, all.find('/', 1) - 1);
  if (first.find('%') != std::string_view::npos) return std::nullopt;
  plain.route = plain.upstream;
  if (plain.route.size() > 1 && plain.route.ends_with('/')) plain.route.pop_back();
  const bool is_admin = equals_ignoring_case(first, "admin");
  if (is_admin && (first != "admin" || plain.route != path)) return std::nullopt;
  return plain;
}

}  // namespace anyclaude
