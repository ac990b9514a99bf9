#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

// `text` in quotes, with everything but printable ASCII as JSON escapes: what a project file says is shown on
// the user's terminal, and must not steer it or look like something else.
std::string printable_quoted(std::string_view text);

}  // namespace anyclaude
