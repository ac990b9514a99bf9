// Writing JSON text without building a tree first.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

// Appends `text` as a quoted JSON string with the shortest escapes. Bytes that are not UTF-8 are written as
// U+FFFD.
void append_json_string(std::string& out, std::string_view text);

std::string json_string(std::string_view text);

}  // namespace anyclaude
