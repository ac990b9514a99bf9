#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anyclaude {

std::string to_hex(std::string_view bytes);
// Nothing unless `text` is an even number of hexadecimal digits of either case.
std::optional<std::string> bytes_from_hex(std::string_view text);

}  // namespace anyclaude
