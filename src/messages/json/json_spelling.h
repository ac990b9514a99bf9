// How a value's JSON is spelled beside its canonical form, as a few bytes that hold none of its texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/json/spelled_json.h"

namespace anyclaude {

// The order of each object's members, where they are not sorted, and each number that is spelled unusually:
// about a byte for each object of two members or more, and one for each member of those that are not sorted.
// Empty for canonical JSON. Linear but for sorting the names of an object.
std::string spelling_code(const SpelledJson& json);

// The text that `code` was made of, from its canonical form. Nothing when the code is not one of such a
// value.
std::optional<std::string> spell(std::string_view canonical, std::string_view code);

}  // namespace anyclaude
