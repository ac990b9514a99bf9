// JSON as models misspell it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anyclaude {

// The same value in JSON's own spelling, where there is only one reading of what was written: strings in
// single quotes, True, False and None, a comma before a closing bracket, line breaks and other control
// characters inside a string. Nothing when a string never ends. Whether the outcome is JSON is for a parser
// to say.
std::optional<std::string> plainly_respelled_json(std::string_view text);

}  // namespace anyclaude
