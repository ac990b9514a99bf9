// Arguments that were made to fit, in the model's own words as far as nothing was changed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace anyclaude {

// JSON text of `fitted`, which a ToolCallSchema made of `written`, which was read from `text`. Members stay
// in their order; what is equal keeps its text, white space and numbers as spelled; so does a value that
// stood in a string, and a number that becomes one.
std::string fitted_text(const nlohmann::ordered_json& fitted, const nlohmann::ordered_json& written,
                        std::string_view text);

}  // namespace anyclaude
