// JSON of a request as its client spelled it, and what it means.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

// Two spellings of one value differ in the order of members and in how numbers are written, in nothing else:
// white space and escapes are the same everywhere.
struct SpelledJson {
  std::string text;       // minified: members in the client's order, numbers as the client spelled them
  std::string canonical;  // canonical JSON of the same value; empty when `text` is that

  // Canonical JSON: equal for equal values.
  std::string_view meaning() const { return canonical.empty() ? text : canonical; }
};

}  // namespace anyclaude
