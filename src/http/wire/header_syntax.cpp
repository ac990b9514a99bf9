#include "http/wire/header_syntax.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace anyclaude {
namespace {

bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::optional<std::uint64_t> parse_digits(std::string_view text) {
  // 18 digits always fit; from_chars alone would take a sign for unsigned types on no platform, but would
  // take "12abc".
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, is_value_char);
}

HeadEnd find_head_end(std::string_view bytes, std::size_t scanned) {
  for (std::size_t at = bytes.find('\n', scanned); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return {HeadState::malformed, 0};
    if (at >= 3 && bytes[at - 3] == '\r' && bytes[at - 2] == '\n') return {HeadState::complete, at + 1};
  }
  return {};
}

FieldsVerdict parse_field_lines(std::string_view lines, std::size_t fields_max, HeaderFields& out) {
  while (!lines.empty()) {
    const std::size_t line_end = lines.find("\r\n");
    if (line_end == std::string_view::npos) return FieldsVerdict::malformed;
    const std::string_view line = lines.substr(0, line_end);
    lines.remove_prefix(line_end + 2);
    if (line.empty()) return lines.empty() ? FieldsVerdict::good : FieldsVerdict::malformed;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return FieldsVerdict::malformed;
    const std::string_view value = trimmed(line.substr(colon + 1), kFieldBlanks);
    if (!is_field_value(value)) return FieldsVerdict::malformed;
    if (out.size() == fields_max) return FieldsVerdict::too_many;
    out.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return FieldsVerdict::good;
}

bool lists_token(const HeaderFields& fields, std::string_view name, std::string_view token) {
  for (const HeaderField& field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equals_ignoring_case(trimmed(rest.substr(0, comma), kFieldBlanks), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

FramingVerdict read_framing(const HeaderFields& fields) {
  FramingVerdict verdict;
  bool has_length = false;
  bool is_chunked = false;
  for (const HeaderField& field : fields) {
    if (equals_ignoring_case(field.name, "content-length")) {
      if (has_length) return {{}, FramingError::length_twice};
      const auto length = parse_digits(field.value);
      if (!length) return {{}, FramingError::length_not_a_number};
      has_length = true;
      verdict.framing = {BodyFraming::length, *length};
    } else if (equals_ignoring_case(field.name, "transfer-encoding")) {
      if (is_chunked || !equals_ignoring_case(field.value, "chunked")) {
        return {{}, FramingError::unknown_encoding};
      }
      is_chunked = true;
    }
  }
  if (is_chunked && has_length) return {{}, FramingError::length_and_chunked};
  if (is_chunked) verdict.framing.kind = BodyFraming::chunked;
  return verdict;
}

void append_field_line(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  while (!value.empty() && !is_value_char(value.back())) value.remove_suffix(1);
  out.append(name).append(": ");
  for (const char c : value) out += is_value_char(c) ? c : ' ';
  out += "\r\n";
}

}  // namespace anyclaude
