#include "messages/events/reply_json.h"

#include <cctype>
#include <cstddef>
#include <optional>

#include "base/hex.h"
#include "base/json_text.h"

namespace anyclaude {
namespace {

// Where the string that opens at `at` ends (behind its closing quote).
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

// The code unit of a \uXXXX escape at `at`, if there is one.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return std::nullopt;
  const auto bytes = bytes_from_hex(text.substr(at + 2, 4));
  if (!bytes) return std::nullopt;
  return static_cast<unsigned char>((*bytes)[0]) * 256u + static_cast<unsigned char>((*bytes)[1]);
}

bool is_high_surrogate(unsigned unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low_surrogate(unsigned unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

std::string without_lone_surrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t backslash = text.find('\\', at);
    out += text.substr(at, backslash - at);
    if (backslash == std::string_view::npos) break;
    at = backslash;
    const auto unit = escaped_unit(text, at);
    const auto next = unit && is_high_surrogate(*unit) ? escaped_unit(text, at + 6) : std::nullopt;
    if (next && is_low_surrogate(*next)) {
      out += text.substr(at, 12);
      at += 12;
    } else if (unit && (is_high_surrogate(*unit) || is_low_surrogate(*unit))) {
      out += "\\ufffd";
      at += 6;
    } else {
      out += text.substr(at, 2);
      at += 2;
    }
  }
  return out;
}

std::string without_foreign_bytes(std::string_view text) {
  // A JSON string of ASCII control characters and quotes would be escaped too, so only the runs of bytes
  // beyond ASCII go through the writer that repairs them.
  std::string out;
  out.reserve(text.size());
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_ascii(text[end]) == is_ascii(text[at])) ++end;
    if (is_ascii(text[at])) {
      out += text.substr(at, end - at);
    } else {
      const std::string quoted = json_string(text.substr(at, end - at));
      out.append(quoted, 1, quoted.size() - 2);
    }
    at = end;
  }
  return out;
}

}  // namespace

std::string repaired_json_text(std::string_view text) {
  return without_lone_surrogates(without_foreign_bytes(text));
}

nlohmann::json parse_or_repair(std::string_view text) {
  return read_reply_json(text).value;
}

ReplyJson read_reply_json(std::string_view text) {
  ReplyJson reply{parse_reply_json(text), {}};
  reply.text = reply.value.is_discarded() ? repaired_json_text(text) : std::string(text);
  if (reply.value.is_discarded()) reply.value = parse_reply_json(reply.text);
  return reply;
}

bool keeps_its_numbers(std::string_view json_text) {
  // A double keeps 15 digits always; integers of 64 bits keep 18.
  constexpr std::size_t kIntegerDigits = 18;
  constexpr std::size_t kDecimalDigits = 15;
  for (std::size_t at = 0; at < json_text.size();) {
    if (json_text[at] == '"') {
      at = behind_string(json_text, at);
      continue;
    }
    std::size_t digits = 0;
    bool whole = true;
    for (; at < json_text.size() &&
           std::string_view("0123456789+-.eE").find(json_text[at]) != std::string_view::npos;
         ++at) {
      if (std::isdigit(static_cast<unsigned char>(json_text[at]))) ++digits;
      if (json_text[at] == '.' || json_text[at] == 'e' || json_text[at] == 'E') whole = false;
    }
    if (digits > (whole ? kIntegerDigits : kDecimalDigits)) return false;
    if (digits == 0) ++at;
  }
  return true;
}

}  // namespace anyclaude
