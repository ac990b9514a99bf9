// The one way in which JSON text becomes a tree: within bounds that hold for text from any source.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tl/expected.hpp>

namespace anyclaude {

// `//` and `/* */`, as files that people write have them.
enum class JsonComments { refused, ignored };

// Whether arrays and objects stand in each other deeper than kJsonDepthMax, or would if the text were JSON.
// Never recurses. Copying, comparing, writing and freeing a tree recurse: none is made of such text.
bool is_json_too_deep(std::string_view text, JsonComments comments = JsonComments::refused);

// Both throw nothing. They return a discarded value (is_discarded()) for text that is not JSON, is not UTF-8
// or is nested deeper than kJsonDepthMax.
nlohmann::json parse_json(std::string_view text, JsonComments comments = JsonComments::refused);
// Keeps the members of objects in the order in which they are written. An object of this kind compares each
// key with all keys before it, so that text whose objects take more than kJsonComparisonsMax is discarded
// too.
nlohmann::ordered_json parse_ordered_json(std::string_view text,
                                          JsonComments comments = JsonComments::refused);

struct JsonFault {
  enum class Kind { not_json, too_deep };
  Kind kind = Kind::not_json;
  std::size_t offset = 0;  // in bytes, where reading stopped; 0 for what is too deep
};
// The same as parse_json, for callers that tell the user where the fault is.
tl::expected<nlohmann::json, JsonFault> read_json(std::string_view text,
                                                  JsonComments comments = JsonComments::refused);

}  // namespace anyclaude
