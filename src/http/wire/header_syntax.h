// The grammar that request and reply heads share (RFC 9110 section 5, RFC 9112 sections 2 and 5), read
// strictly: what two parsers could read in two ways is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/wire/http_message.h"

namespace anyclaude {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string ascii_lower(std::string_view text);

bool is_token(std::string_view text);
// No control characters but tab.
bool is_field_value(std::string_view text);

enum class HeadState { incomplete, complete, malformed };
struct HeadEnd {
  HeadState state = HeadState::incomplete;
  std::size_t size = 0;  // when complete: bytes of the head, its blank line included
};
// Looks for the blank line. `scanned` bytes were looked at by an earlier call that found the head incomplete.
// A line feed without its carriage return is malformed at once.
HeadEnd find_head_end(std::string_view bytes, std::size_t scanned = 0);

enum class FieldsVerdict { good, malformed, too_many };
// Reads "name: value\r\n" lines. No space before the colon, no folded lines, no control bytes.
FieldsVerdict parse_field_lines(std::string_view lines, std::size_t fields_max, HeaderFields& out);

// True if any field of that name lists `token`, without regard to case.
bool lists_token(const HeaderFields& fields, std::string_view name, std::string_view token);

enum class BodyFraming { none, length, chunked, until_close };
struct Framing {
  BodyFraming kind = BodyFraming::none;
  std::uint64_t length = 0;
};
enum class FramingError { length_not_a_number, length_twice, length_and_chunked, unknown_encoding };
struct FramingVerdict {
  Framing framing;  // none when the head says nothing
  std::optional<FramingError> error;
};
// One Content-Length of digits, or exactly `chunked`; never both, never twice.
FramingVerdict read_framing(const HeaderFields& fields);

// On every reply, "nosniff": no page of a browser may take it for another type than it says, a script for
// one.
inline constexpr std::string_view kContentTypeOptions = "X-Content-Type-Options";

// "name: value\r\n". A name that is no token is left out; control bytes in a value become spaces, so that no
// value can start a field of its own.
void append_field_line(std::string& out, std::string_view name, std::string_view value);

}  // namespace anyclaude
