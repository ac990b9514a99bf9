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

// Whether every number comes out of a parse and a dump with the value it had: none has more digits than a
// 64-bit integer or a double keeps.
bool keeps_its_numbers(std::string_view json_text);

// The string at `name`, or nullptr when `value` is no object, has no such member, or that is no string.
const std::string* find_string(const nlohmann::json& value, const char* name);
// The same, empty when there is none.
std::string_view string_or_empty(const nlohmann::json& value, const char* name);

}  // namespace anyclaude
