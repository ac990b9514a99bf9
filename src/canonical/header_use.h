// What a request's header fields and query mean for its answer, in the lane that passes them on.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

enum class HeaderUse {
  neutral,     // makes no difference to the answer
  keyed,       // may make a difference: a field that no table names counts
  credential,  // says on whose behalf is asked: it decides the partition, and never the portable digest
};

// `name` in any case. A field may be neutral with the values that every client sends and count with others.
HeaderUse header_use(std::string_view name, std::string_view value);

// The query ("a=b&c=d", without '?') less the parameters that make no difference; the rest as spelled.
std::string keyed_query(std::string_view query);

}  // namespace anyclaude
