// JSON with brackets that models left out or wrote twice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// Every text that is `text` with one bracket put in where one is missing, or with its surplus closing
// brackets or doubled braces taken away. Most are no JSON. None when `text` is too large to try, or there are
// too many places.
std::vector<std::string> bracket_repairs(std::string_view text);

}  // namespace anyclaude
