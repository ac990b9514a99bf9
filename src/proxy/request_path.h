#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anyclaude {

// A request's path in its one spelling.
struct PlainPath {
  std::string route;     // without repeated slashes and without one at the end
  std::string upstream;  // the same with the slash at the end, where there was one
};

// Nothing when servers could read `path` (the target before '?', as received) in different ways: '.' and '..'
// as segments, escaped ones too; ';' and '\'; escapes that are malformed, needless, of control characters or
// of '%'; any escape in the first segment. Nothing also for any other spelling of /admin than that: it names
// this broker's own verbs, which are reached under one name and never passed on.
std::optional<PlainPath> plain_path(std::string_view path);

}  // namespace anyclaude
