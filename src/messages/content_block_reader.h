// Content blocks, read from a parsed body.
#pragma once

#include <simdjson.h>

#include <vector>

#include "messages/content_block.h"
#include "messages/json_reader.h"

namespace anyclaude {

// A string (one text block) or a list of blocks.
std::vector<ContentBlock> read_content(JsonReader& reader, simdjson::dom::element content,
                                       const JsonPlace& place);

}  // namespace anyclaude
