// Where the values of a JSON text stand, byte for byte: for cutting pieces out and leaving the rest as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// The bytes [begin, end) of a value or of a piece to be cut.
struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The one value of `text`. Here and below `text` is known to be valid JSON: parse it first.
JsonSpan json_value_span(std::string_view text);

// The values in the array or object at `container`, in their order; of an object's members the values alone.
std::vector<JsonSpan> json_children(std::string_view text, JsonSpan container);

// The pieces to cut so that just the children marked in `gone` (one mark for each) leave an array, and the
// commas with them. Ordered.
std::vector<JsonSpan> cuts_from_array(const std::vector<JsonSpan>& children, const std::vector<bool>& gone);

// `text` without `cuts`, which are ordered and apart.
std::string without_spans(std::string_view text, const std::vector<JsonSpan>& cuts);

}  // namespace anyclaude
