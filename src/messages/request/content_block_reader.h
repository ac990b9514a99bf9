// Content blocks, read from a parsed body.
#pragma once

#include <simdjson.h>

#include <vector>

#include "messages/json/json_reader.h"
#include "messages/request/content_block.h"

namespace anyclaude {

// A string (one text block) or a list of blocks.
std::vector<ContentBlock> read_content(JsonReader& reader, simdjson::dom::element content,
                                       const JsonPlace& place);

}  // namespace anyclaude
