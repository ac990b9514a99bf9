#pragma once

#include <string_view>

#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

// The simplest value that fits a JSON schema: every property, first choices, smallest numbers; strings say
// `text`. Understands type, properties, items, enum, const, default, anyOf, oneOf, minimum, minItems and $ref
// within the schema. What it does not understand becomes `text`.
Json answer_for_schema(const Json& schema, std::string_view text);

}  // namespace anyclaude::sim
