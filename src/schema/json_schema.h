// Whether JSON fits a JSON schema, and what may lawfully be done to make it fit. There is no other checker.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/limits.h"

namespace anyclaude {

enum class SchemaVerdict {
  fits,
  does_not_fit,
  not_decided,  // kSchemaDepthMax or the steps ended the check first
};

// The work that several checks may take together. A step is one small comparison or copy. Not thread-safe.
class SchemaSteps {
 public:
  explicit SchemaSteps(std::uint64_t most = limits::kSchemaStepsMax) : left_(most) {}

  // False when fewer steps are left; then none are.
  bool take(std::uint64_t steps) {
    const bool enough = steps <= left_;
    left_ = enough ? left_ - steps : 0;
    return enough;
  }

 private:
  std::uint64_t left_;
};

// The subset of JSON Schema that tools use. Judged are: type, enum, const, properties, required,
// additionalProperties, items, anyOf, oneOf, allOf, $ref to a place in the same schema ("#/$defs/a"),
// minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength and maxLength (in code points), minItems,
// maxItems, minProperties, maxProperties.
//
// Everything else counts as valid:
// * every other keyword: pattern, format, multipleOf, uniqueItems, prefixItems, contains, patternProperties,
//   propertyNames, not, if, dependentRequired, unevaluatedProperties and unknown ones;
// * a judged keyword whose value has the wrong type, and an unknown name in `type`;
// * additionalProperties beside patternProperties; items that is a list; for check(), items beside
// prefixItems;
// * a second branch of oneOf that fits too;
// * a $ref to another document or to "#", to a place that does not exist or stands in a list, or with
// escapes.
//
// An integer is a number without fraction between -2^53 and 2^53, or one that is spelled without point and
// exponent. Numbers are compared as doubles.
class JsonSchema {
 public:
  using Json = nlohmann::ordered_json;

  // Text that is no schema, or is nested deeper than kJsonDepthMax, demands nothing.
  explicit JsonSchema(std::string_view text);

  // Judges `value` as it stands. Members of objects that `enum` or `const` lists may stand in any order.
  SchemaVerdict check(const Json& value, SchemaSteps& steps) const;

  // Changes `value` until it fits; false when it cannot, or when the verdict is not decided. A value that
  // failed may be left half changed.
  //
  // Lawful is what loses nothing and leaves no choice: "5" where only a number fits, "true" where only a
  // boolean fits, JSON text where only an object or a list fits, a number or a boolean where only a string
  // fits, and leaving out an optional member that is null. Where two readings fit, none is taken.
  bool fit(Json& value, SchemaSteps& steps) const { return fit(value, json_, steps); }
  // The same for a schema that is a part of this one.
  bool fit(Json& value, const Json& part, SchemaSteps& steps) const;

  const Json& json() const { return json_; }

 private:
  Json json_;
};

}  // namespace anyclaude
