// JSON as models misspell it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// The same value in JSON's own spelling, where there is only one reading of what was written: strings in
// single quotes, True, False and None, a comma before a closing bracket, line breaks and other control
// characters inside a string. Nothing when a string never ends. Whether the outcome is JSON is for a parser
// to say.
std::optional<std::string> plainly_respelled_json(std::string_view text);

// Every text that is `text` with one bracket put in where one is missing, or with its surplus closing
// brackets or doubled braces taken away. Most are no JSON. None when `text` is too large to try, or there are
// too many places.
std::vector<std::string> bracket_repairs(std::string_view text);

}  // namespace anyclaude
