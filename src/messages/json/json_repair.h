// Makes JSON text readable that simdjson refuses although every value in it is clear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/json/json_document.h"

namespace anyclaude {

struct RepairedJson {
  std::string text;
  std::vector<JsonRepair> repairs;  // none: `text` is the text given
};

// Replaces lone surrogate escapes by \ufffd and gives numbers beyond 64 bits a spelling that reads as the
// nearest finite double. Never fails: what is wrong otherwise stays as it is, for the parser to refuse. Stops
// at one repair more than kJsonRepairsMax. Linear in the text.
RepairedJson repair_json(std::string_view text);

}  // namespace anyclaude
