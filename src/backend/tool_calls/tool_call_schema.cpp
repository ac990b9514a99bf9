#include "backend/tool_calls/tool_call_schema.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "schema/schema_value.h"

namespace anyclaude {

using Json = ToolCallSchema::Json;

std::optional<Json> ToolCallSchema::fit(Json arguments) const {
  if (arguments.is_string()) {
    auto object = spelled_value(arguments.get_ref<const std::string&>(), "object");
    if (!object) return std::nullopt;
    arguments = std::move(*object);
  }
  if (!arguments.is_object() || !schema_.fit(arguments, steps_)) return std::nullopt;
  return arguments;
}

const Json* ToolCallSchema::property(std::string_view name) const {
  const Json* properties = schema_member(schema_.json(), "properties");
  if (!properties || !steps_.take(properties->size())) return nullptr;
  return schema_member(*properties, std::string(name).c_str());
}

std::optional<Json> ToolCallSchema::fit_member(std::string_view name, Json value) const {
  const Json* wanted = property(name);
  if (!wanted) return value;
  const bool is_null = value.is_null();
  if (schema_.fit(value, *wanted, steps_)) return value;
  const Json* required = schema_member(schema_.json(), "required");
  const bool needed = required && required->is_array() && steps_.take(required->size()) &&
                      std::ranges::find(*required, Json(std::string(name))) != required->end();
  if (is_null && !needed) return Json(Json::value_t::discarded);
  return std::nullopt;
}

bool ToolCallSchema::may_begin_with(std::string_view name, char first_byte) const {
  const Json* wanted = property(name);
  if (!wanted || first_byte == '{' || first_byte == '[') return !wanted;
  const std::vector<std::string_view> types = schema_types(*wanted);
  const auto takes = [&types](std::string_view type) {
    return std::ranges::find(types, type) != types.end();
  };
  // Values that are listed, or described by branches, are short or rare enough to wait for.
  if (types.empty() || schema_member(*wanted, "enum")) return false;
  if (first_byte == '"') return takes("string");
  if (first_byte == 't' || first_byte == 'f') return takes("boolean");
  if (first_byte == 'n') return takes("null");
  return takes("number") || takes("integer");
}

Json ToolCallSchema::reading_of_text(std::string_view name, std::string_view text) const {
  Json plain = std::string(text);
  const Json* wanted = property(name);
  if (!wanted) return plain;
  Json fitted = plain;
  if (schema_.fit(fitted, *wanted, steps_)) return fitted;
  // Only strings keep the white space around them.
  const std::string_view inner = trimmed(text, kTextBlanks);
  if (inner.empty()) return plain;
  fitted = std::string(inner);
  return schema_.fit(fitted, *wanted, steps_) ? fitted : plain;
}

}  // namespace anyclaude
