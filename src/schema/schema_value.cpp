#include "schema/schema_value.h"

#include <cmath>

#include "base/bounded_json.h"
#include "messages/events/reply_json.h"
#include "messages/json/plain_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSafeIntegerMax = 9007199254740992.0;

bool is_whole(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return std::abs(number) <= kSafeIntegerMax && std::trunc(number) == number;
}

}  // namespace

const Json* schema_member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::vector<std::string_view> schema_types(const Json& schema) {
  std::vector<std::string_view> types;
  const Json* type = schema_member(schema, "type");
  if (type && type->is_string()) types.push_back(type->get_ref<const std::string&>());
  if (type && type->is_array())
    for (const Json& name : *type)
      if (name.is_string()) types.push_back(name.get_ref<const std::string&>());
  return types;
}

bool has_schema_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") return is_whole(value);
  return true;
}

std::optional<Json> spelled_value(const std::string& text, std::string_view type) {
  if (type == "boolean") {
    if (text == "true" || text == "True") return Json(true);
    if (text == "false" || text == "False") return Json(false);
    return std::nullopt;
  }
  if (type == "null") return text == "null" || text == "None" ? std::optional<Json>(nullptr) : std::nullopt;
  Json value = parse_ordered_json(text);
  if (value.is_discarded() && (type == "object" || type == "array"))
    if (const auto plain = plainly_respelled_json(text)) value = parse_ordered_json(*plain);
  if (value.is_discarded() || value.is_string() || !has_schema_type(value, type)) return std::nullopt;
  const bool is_number = type == "integer" || type == "number";
  if (is_number && (text.front() == ' ' || text.back() == ' ' || !keeps_its_numbers(text)))
    return std::nullopt;
  if (type == "integer" && value.is_number_float())
    return Json(static_cast<std::int64_t>(value.get<double>()));
  return value;
}

std::optional<Json> converted_value(const Json& value, std::string_view type) {
  if (value.is_string()) return spelled_value(value.get_ref<const std::string&>(), type);
  if (type == "string" && (value.is_number() || value.is_boolean())) return Json(value.dump());
  return std::nullopt;
}

std::uint64_t weight_of_string(std::size_t bytes) {
  constexpr std::size_t kBytesPerStep = 64;
  return 1 + bytes / kBytesPerStep;
}

std::uint64_t weight_of(const Json& value) {
  if (value.is_string()) return weight_of_string(value.get_ref<const std::string&>().size());
  std::uint64_t weight = 1;
  if (value.is_structured())
    for (const Json& item : value) weight += weight_of(item);
  return weight;
}

}  // namespace anyclaude
