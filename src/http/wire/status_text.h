#pragma once

#include <string_view>

namespace anyclaude {

// The reason phrase of a status code. Decoration: no client may depend on it.
std::string_view status_text(int status);

}  // namespace anyclaude
