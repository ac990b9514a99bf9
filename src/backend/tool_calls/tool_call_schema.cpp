#include "backend/tool_calls/tool_call_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "backend/tool_calls/tool_call_repair.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

// References may lead in circles, and branches of branches multiply.
constexpr int kSchemaDepthMax = 64;

// Takes `steps` from those that are left; false, and none are left, when there are not so many.
bool take_steps(std::uint64_t& left, std::uint64_t steps) {
  const bool enough = steps <= left;
  left = enough ? left - steps : 0;
  return enough;
}

constexpr double kSafeIntegerMax = 9007199254740992.0;

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool is_whole(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return std::abs(number) <= kSafeIntegerMax && std::trunc(number) == number;
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") return is_whole(value);
  return true;
}

std::vector<std::string> types_of(const Json& schema) {
  std::vector<std::string> types;
  const Json* type = member(schema, "type");
  if (type && type->is_string()) types.push_back(type->get<std::string>());
  if (type && type->is_array())
    for (const Json& name : *type)
      if (name.is_string()) types.push_back(name.get<std::string>());
  return types;
}

std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// What a string spells, for somebody who expects `type`.
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
  if (value.is_discarded() || value.is_string() || !has_type(value, type)) return std::nullopt;
  const bool is_number = type == "integer" || type == "number";
  if (is_number && (text.front() == ' ' || text.back() == ' ' || !keeps_its_numbers(text)))
    return std::nullopt;
  if (type == "integer" && value.is_number_float())
    return Json(static_cast<std::int64_t>(value.get<double>()));
  return value;
}

std::optional<Json> converted(const Json& value, std::string_view type) {
  if (value.is_string()) return spelled_value(value.get_ref<const std::string&>(), type);
  if (type == "string" && (value.is_number() || value.is_boolean())) return Json(value.dump());
  return std::nullopt;
}

// How much work it is to copy or compare a value.
std::uint64_t weight_of(const Json& value) {
  constexpr std::uint64_t kStringBytesPerStep = 64;
  if (value.is_string()) return 1 + value.get_ref<const std::string&>().size() / kStringBytesPerStep;
  std::uint64_t weight = 1;
  if (value.is_structured())
    for (const Json& item : value) weight += weight_of(item);
  return weight;
}

// Finding a key in an object that keeps its order takes as many steps as it has members.
std::uint64_t lookups(const Json* object, std::size_t keys) {
  return object == nullptr ? 0 : static_cast<std::uint64_t>(object->size()) * keys;
}

// Changes a value until it fits; false when it cannot, or when finding out takes more than `steps_left`. A
// value that failed may be left half changed.
class Fitter {
 public:
  Fitter(const Json& root, std::uint64_t& steps_left) : root_(root), steps_left_(steps_left) {}

  bool fit(Json& value, const Json& schema, int depth = 0) const {
    if (depth > kSchemaDepthMax || !may_take(1)) return false;
    if (schema.is_boolean()) return schema.get<bool>();
    if (!schema.is_object()) return true;
    if (const Json* target = reference(schema))
      if (!fit(value, *target, depth + 1)) return false;
    if (!fit_type(value, schema)) return false;
    if (!fit_listed(value, schema)) return false;
    if (!fits_bounds(value, schema)) return false;
    if (value.is_object() && !fit_object(value, schema, depth)) return false;
    if (value.is_array() && !fit_array(value, schema, depth)) return false;
    return fit_branches(value, schema, depth);
  }

 private:
  bool may_take(std::uint64_t steps) const { return take_steps(steps_left_, steps); }

  const Json* reference(const Json& schema) const {
    const Json* ref = member(schema, "$ref");
    if (!ref || !ref->is_string()) return nullptr;
    const auto& text = ref->get_ref<const std::string&>();
    if (!text.starts_with("#/")) return nullptr;
    const Json* target = &root_;
    for (std::size_t at = 2; target && at <= text.size();) {
      const std::size_t end = std::min(text.find('/', at), text.size());
      target = member(*target, text.substr(at, end - at).c_str());
      at = end + 1;
    }
    return target;
  }

  bool fit_type(Json& value, const Json& schema) const {
    const std::vector<std::string> types = types_of(schema);
    if (types.empty()) return true;
    if (!may_take(types.size())) return false;
    if (std::ranges::any_of(types, [&](const std::string& type) { return has_type(value, type); }))
      return true;
    std::vector<Json> readings;
    for (const std::string& type : types)
      if (auto reading = converted(value, type);
          reading && std::ranges::find(readings, *reading) == readings.end())
        readings.push_back(std::move(*reading));
    if (readings.size() != 1) return false;
    value = std::move(readings.front());
    return true;
  }

  bool fit_listed(Json& value, const Json& schema) const {
    if (const Json* constant = member(schema, "const")) return fit_one_of(value, Json::array({*constant}));
    const Json* listed = member(schema, "enum");
    return !listed || !listed->is_array() || fit_one_of(value, *listed);
  }

  bool fit_one_of(Json& value, const Json& listed) const {
    if (!may_take(listed.size() + weight_of(value))) return false;
    if (std::ranges::find(listed, value) != listed.end()) return true;
    static constexpr std::array kTypes{"string", "integer", "number", "boolean", "null"};
    for (const char* type : kTypes) {
      const auto reading = converted(value, type);
      if (!reading || std::ranges::find(listed, *reading) == listed.end()) continue;
      value = *reading;
      return true;
    }
    return false;
  }

  static bool fits_bounds(const Json& value, const Json& schema) {
    const auto within = [&schema](double figure, const char* least, const char* most) {
      const Json* low = member(schema, least);
      const Json* high = member(schema, most);
      return (!low || !low->is_number() || figure >= low->get<double>()) &&
             (!high || !high->is_number() || figure <= high->get<double>());
    };
    if (value.is_number()) {
      const double number = value.get<double>();
      const Json* above = member(schema, "exclusiveMinimum");
      const Json* below = member(schema, "exclusiveMaximum");
      return within(number, "minimum", "maximum") &&
             (!above || !above->is_number() || number > above->get<double>()) &&
             (!below || !below->is_number() || number < below->get<double>());
    }
    if (value.is_string()) {
      const auto characters = static_cast<double>(characters_of(value.get_ref<const std::string&>()));
      return within(characters, "minLength", "maxLength");
    }
    if (value.is_array()) return within(static_cast<double>(value.size()), "minItems", "maxItems");
    if (value.is_object()) return within(static_cast<double>(value.size()), "minProperties", "maxProperties");
    return true;
  }

  static bool is_required(const Json& schema, const std::string& name) {
    const Json* required = member(schema, "required");
    return required && required->is_array() && std::ranges::find(*required, Json(name)) != required->end();
  }

  bool fit_object(Json& value, const Json& schema, int depth) const {
    const Json* properties = member(schema, "properties");
    const Json* others =
        member(schema, "patternProperties") ? nullptr : member(schema, "additionalProperties");
    const Json* required = member(schema, "required");
    if (!may_take(value.size() * value.size() / 4 + lookups(properties, value.size()) +
                  lookups(required, value.size())))
      return false;
    Json fitted = Json::object();
    for (auto& [name, entry] : value.items()) {
      const Json* property = properties ? member(*properties, name.c_str()) : nullptr;
      const Json* wanted = property ? property : others;
      if (wanted && !fit(entry, *wanted, depth + 1)) {
        if (!property || !entry.is_null() || is_required(schema, name)) return false;
        continue;
      }
      fitted[name] = std::move(entry);
    }
    value = std::move(fitted);
    if (!required || !required->is_array()) return true;
    return std::ranges::all_of(*required, [&value](const Json& name) {
      return !name.is_string() || value.contains(name.get_ref<const std::string&>());
    });
  }

  bool fit_array(Json& value, const Json& schema, int depth) const {
    const Json* items = member(schema, "items");
    if (!items) return true;
    return std::ranges::all_of(value, [&](Json& item) { return fit(item, *items, depth + 1); });
  }

  bool fit_branches(Json& value, const Json& schema, int depth) const {
    if (const Json* all = member(schema, "allOf"); all && all->is_array())
      for (const Json& branch : *all)
        if (!fit(value, branch, depth + 1)) return false;
    for (const char* name : {"anyOf", "oneOf"})
      if (const Json* any = member(schema, name); any && any->is_array() && !fit_any(value, *any, depth))
        return false;
    return true;
  }

  // A branch that takes the value as it is wins over all that would change it.
  bool fit_any(Json& value, const Json& branches, int depth) const {
    const std::uint64_t weight = weight_of(value);
    std::vector<Json> readings;
    for (const Json& branch : branches) {
      if (!may_take(weight * (2 + readings.size()))) return false;
      Json reading = value;
      if (!fit(reading, branch, depth + 1)) continue;
      if (reading == value) return true;
      if (std::ranges::find(readings, reading) == readings.end()) readings.push_back(std::move(reading));
    }
    if (readings.size() != 1) return false;
    value = std::move(readings.front());
    return true;
  }

  const Json& root_;
  std::uint64_t& steps_left_;
};

}  // namespace

ToolCallSchema::ToolCallSchema(std::string_view schema_json) : schema_(parse_ordered_json(schema_json)) {
  if (!schema_.is_object()) schema_ = Json::object();
}

std::optional<Json> ToolCallSchema::fit(Json arguments) const {
  if (arguments.is_string()) {
    auto object = spelled_value(arguments.get_ref<const std::string&>(), "object");
    if (!object) return std::nullopt;
    arguments = std::move(*object);
  }
  if (!arguments.is_object() || !Fitter(schema_, steps_left_).fit(arguments, schema_)) return std::nullopt;
  return arguments;
}

const Json* ToolCallSchema::property(std::string_view name) const {
  const Json* properties = member(schema_, "properties");
  if (!properties || !take_steps(steps_left_, properties->size())) return nullptr;
  return member(*properties, std::string(name).c_str());
}

std::optional<Json> ToolCallSchema::fit_member(std::string_view name, Json value) const {
  const Json* wanted = property(name);
  if (!wanted) return value;
  const bool is_null = value.is_null();
  if (Fitter(schema_, steps_left_).fit(value, *wanted)) return value;
  const Json* required = member(schema_, "required");
  const bool needed = required && required->is_array() && take_steps(steps_left_, required->size()) &&
                      std::ranges::find(*required, Json(std::string(name))) != required->end();
  if (is_null && !needed) return Json(Json::value_t::discarded);
  return std::nullopt;
}

bool ToolCallSchema::may_begin_with(std::string_view name, char first_byte) const {
  const Json* wanted = property(name);
  if (!wanted || first_byte == '{' || first_byte == '[') return !wanted;
  const std::vector<std::string> types = types_of(*wanted);
  const auto takes = [&types](std::string_view type) {
    return std::ranges::find(types, type) != types.end();
  };
  // Values that are listed, or described by branches, are short or rare enough to wait for.
  if (types.empty() || member(*wanted, "enum")) return false;
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
  if (Fitter(schema_, steps_left_).fit(fitted, *wanted)) return fitted;
  // Only strings keep the white space around them.
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return plain;
  fitted = std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin));
  return Fitter(schema_, steps_left_).fit(fitted, *wanted) ? fitted : plain;
}

}  // namespace anyclaude
