// Whether a tool call's arguments fit the tool's JSON schema, and what may lawfully be done to make them fit.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/limits.h"

namespace anyclaude {

// The subset of JSON Schema that tools use: type, properties, required, additionalProperties, items, enum,
// const, anyOf, oneOf, allOf, local $ref, and the bounds of numbers, lengths and counts. Other keywords
// demand nothing.
//
// Lawful is what loses nothing and leaves no choice: "5" where only a number fits, "true" where only a
// boolean fits, JSON text where only an object or a list fits, a number or a boolean where only a string
// fits, and leaving out an optional member that is null. Where two readings fit, none is taken.
//
// What takes more than kSchemaStepsMax, over all arguments of an answer, is not fitted: whole arguments then
// do not fit, and members stay as they are. Not thread-safe.
class ToolCallSchema {
 public:
  using Json = nlohmann::ordered_json;

  // Text that is no schema demands no more than an object.
  explicit ToolCallSchema(std::string_view schema_json);

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

  Json schema_;
  mutable std::uint64_t steps_left_ = limits::kSchemaStepsMax;
};

}  // namespace anyclaude
