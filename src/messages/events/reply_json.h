// Reading the JSON that a server sends, which may be anything.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/bounded_json.h"

namespace anyclaude {

// parse_json of a server's text. Throws nothing.
inline nlohmann::json parse_reply_json(std::string_view text) {
  return parse_json(text);
}

// `text` with every byte that is not UTF-8, and every escape of half a surrogate pair, made U+FFFD.
// Servers that cut tokens inside a character send such text.
std::string repaired_json_text(std::string_view text);

// parse_reply_json of the text, or of the repaired text when it needs that.
nlohmann::json parse_or_repair(std::string_view text);

// The same, with the text that was read: for those who want a piece of it as it is spelled.
struct ReplyJson {
  nlohmann::json value;
  std::string text;
};
ReplyJson read_reply_json(std::string_view text);

// Whether every number comes out of a parse and a dump with the value it had: none has more digits than a
// 64-bit integer or a double keeps.
bool keeps_its_numbers(std::string_view json_text);

// The string at `name`, or nullptr when `value` (a json or an ordered_json) is no object, has no such member,
// or that is no string.
template <typename Json>
const std::string* find_string(const Json& value, const char* name) {
  const auto found = value.find(name);
  return found == value.end() ? nullptr : found->template get_ptr<const std::string*>();
}
// The same, empty when there is none.
template <typename Json>
std::string_view string_or_empty(const Json& value, const char* name) {
  const std::string* found = find_string(value, name);
  return found ? std::string_view(*found) : std::string_view();
}

}  // namespace anyclaude
