// Whether a tool call's arguments fit the tool's JSON schema, whole or while they arrive.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "schema/json_schema.h"

namespace anyclaude {

// Arguments are made to fit as JsonSchema::fit does it. What takes more than kSchemaStepsMax, over all
// arguments of an answer, is not fitted: whole arguments then do not fit, and members stay as they are. Not
// thread-safe.
class ToolCallSchema {
 public:
  using Json = nlohmann::ordered_json;

  // Text that is no schema demands no more than an object.
  explicit ToolCallSchema(std::string_view schema_json) : schema_(schema_json) {}

  // The arguments as the schema wants them, in the order given; nothing when they cannot be made to fit.
  std::optional<Json> fit(Json arguments) const;

  // The same of one member. A null that is better left out comes back discarded.
  std::optional<Json> fit_member(std::string_view name, Json value) const;

  // Whether a member's value that begins with `first_byte` may be right as it stands, so far as can be told
  // before the rest is known.
  bool may_begin_with(std::string_view name, char first_byte) const;

  // Arguments for which the model wrote plain text: each is that text where a string fits, else the value
  // which it spells.
  Json reading_of_text(std::string_view name, std::string_view text) const;

 private:
  const Json* property(std::string_view name) const;

  JsonSchema schema_;
  mutable SchemaSteps steps_;
};

}  // namespace anyclaude
