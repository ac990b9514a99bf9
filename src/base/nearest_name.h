#pragma once

#include <span>
#include <string>
#include <string_view>

namespace anyclaude {

// The known name that takes the fewest single-letter edits to reach, whatever their case, from a misspelled
// one; empty when `known` is.
std::string nearest_name(std::string_view misspelled, std::span<const std::string> known);

}  // namespace anyclaude
