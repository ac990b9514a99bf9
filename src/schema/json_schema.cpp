#include "schema/json_schema.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bounded_json.h"
#include "schema/schema_value.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Finding a key in an object that keeps its order takes as many steps as it has members.
std::uint64_t lookups(const Json* object, std::size_t keys) {
  return object == nullptr ? 0 : static_cast<std::uint64_t>(object->size()) * keys;
}

// A schema object is searched for every keyword. The step of the visit pays for those with few members.
std::uint64_t keyword_steps(const Json& schema) {
  constexpr std::size_t kFewMembers = 16;
  return schema.size() <= kFewMembers ? 0 : schema.size();
}

bool is_number(const Json* bound) {
  return bound != nullptr && bound->is_number();
}

bool is_within(double figure, const Json* least, const Json* most) {
  return (!is_number(least) || figure >= least->get<double>()) &&
         (!is_number(most) || figure <= most->get<double>());
}

bool number_fits(const Json& value, const Json& schema) {
  const double number = value.get<double>();
  const Json* above = schema_member(schema, "exclusiveMinimum");
  const Json* below = schema_member(schema, "exclusiveMaximum");
  return is_within(number, schema_member(schema, "minimum"), schema_member(schema, "maximum")) &&
         (!is_number(above) || number > above->get<double>()) &&
         (!is_number(below) || number < below->get<double>());
}

enum class Change { none, lawful };

// Walks over a value and its schema side by side. With Change::none the value is only read.
template <Change change>
class SchemaWalk {
  static constexpr bool kChanges = change == Change::lawful;
  using Value = std::conditional_t<kChanges, Json, const Json>;

 public:
  SchemaWalk(const Json& root, SchemaSteps& steps) : root_(root), steps_(steps) {}

  bool fit(Value& value, const Json& schema, int depth = 0) {
    if (!may_take(1) || !may_enter(depth)) return false;
    if (schema.is_boolean()) return schema.get<bool>();
    if (!schema.is_object()) return true;
    if (!may_take(keyword_steps(schema))) return false;
    if (!fit_reference(value, schema, depth)) return false;
    if (!fit_type(value, schema)) return false;
    if (!fit_listed(value, schema)) return false;
    if (!fits_bounds(value, schema)) return false;
    if (value.is_object() && !fit_object(value, schema, depth)) return false;
    if (value.is_array() && !fit_array(value, schema, depth)) return false;
    return fit_branches(value, schema, depth);
  }

  // Whether a "no" may come from the bounds.
  bool gave_up() const { return gave_up_; }

 private:
  bool may_take(std::uint64_t steps) {
    const bool enough = steps_.take(steps);
    gave_up_ = gave_up_ || !enough;
    return enough;
  }

  // References may lead in circles.
  bool may_enter(int depth) {
    const bool is_shallow = depth <= limits::kSchemaDepthMax;
    gave_up_ = gave_up_ || !is_shallow;
    return is_shallow;
  }

  bool fit_reference(Value& value, const Json& schema, int depth) {
    const Json* ref = schema_member(schema, "$ref");
    if (!ref || !ref->is_string()) return true;
    const auto& text = ref->get_ref<const std::string&>();
    if (!text.starts_with("#/")) return true;
    if (!may_take(weight_of_string(text.size()))) return false;
    const Json* target = &root_;
    for (std::size_t at = 2; target && at <= text.size();) {
      if (!may_take(keyword_steps(*target))) return false;
      const std::size_t end = std::min(text.find('/', at), text.size());
      target = schema_member(*target, text.substr(at, end - at).c_str());
      at = end + 1;
    }
    return !target || fit(value, *target, depth + 1);
  }

  bool fit_type(Value& value, const Json& schema) {
    const std::vector<std::string_view> types = schema_types(schema);
    if (types.empty()) return true;
    if (!may_take(types.size())) return false;
    if (std::ranges::any_of(types, [&](std::string_view type) { return has_schema_type(value, type); }))
      return true;
    if constexpr (kChanges) return convert(value, types);
    return false;
  }

  bool convert(Json& value, const std::vector<std::string_view>& types) {
    if (value.is_string() && !may_take(types.size() * weight_of(value))) return false;
    std::vector<Json> readings;
    for (const std::string_view type : types)
      if (auto reading = converted_value(value, type);
          reading && std::ranges::find(readings, *reading) == readings.end())
        readings.push_back(std::move(*reading));
    if (readings.size() != 1) return false;
    value = std::move(readings.front());
    return true;
  }

  bool fit_listed(Value& value, const Json& schema) {
    if (const Json* constant = schema_member(schema, "const")) return fit_one_of(value, {constant, 1});
    const Json* listed = schema_member(schema, "enum");
    return !listed || !listed->is_array() || fit_one_of(value, listed->get_ref<const Json::array_t&>());
  }

  bool fit_one_of(Value& value, std::span<const Json> listed) {
    const std::uint64_t weight = weight_of(value);
    if (!may_take(weight + listed.size() * (value.is_structured() ? weight : 1))) return false;
    if (std::ranges::find(listed, value) != listed.end()) return true;
    if constexpr (!kChanges) return value.is_structured() && is_reordered_one_of(value, listed);
    static constexpr std::array kTypes{"string", "integer", "number", "boolean", "null"};
    for (const char* type : kTypes) {
      auto reading = converted_value(value, type);
      if (!reading || std::ranges::find(listed, *reading) == listed.end()) continue;
      if constexpr (kChanges) value = std::move(*reading);
      return true;
    }
    return false;
  }

  // An ordered tree is equal to another when its members stand in the same order.
  bool is_reordered_one_of(const Json& value, std::span<const Json> listed) {
    const nlohmann::json sorted = value;
    return std::ranges::any_of(listed, [&](const Json& item) {
      return item.is_structured() && may_take(weight_of(item)) && nlohmann::json(item) == sorted;
    });
  }

  bool fits_bounds(const Json& value, const Json& schema) {
    if (value.is_number()) return number_fits(value, schema);
    if (value.is_string()) return length_fits(value.get_ref<const std::string&>(), schema);
    const auto count = static_cast<double>(value.size());
    if (value.is_array())
      return is_within(count, schema_member(schema, "minItems"), schema_member(schema, "maxItems"));
    return !value.is_object() ||
           is_within(count, schema_member(schema, "minProperties"), schema_member(schema, "maxProperties"));
  }

  bool length_fits(const std::string& text, const Json& schema) {
    const Json* least = schema_member(schema, "minLength");
    const Json* most = schema_member(schema, "maxLength");
    if (!is_number(least) && !is_number(most)) return true;
    return may_take(weight_of_string(text.size())) &&
           is_within(static_cast<double>(characters_of(text)), least, most);
  }

  bool fit_object(Value& value, const Json& schema, int depth) {
    const Json* properties = schema_member(schema, "properties");
    const Json* others =
        schema_member(schema, "patternProperties") ? nullptr : schema_member(schema, "additionalProperties");
    const Json* required = schema_member(schema, "required");
    const std::uint64_t members = value.size();
    if (!may_take((kChanges ? members * members / 4 : members) + lookups(properties, members) +
                  lookups(required, members)))
      return false;
    Json kept = kChanges ? Json::object() : Json();
    for (auto& [name, entry] : value.items()) {
      const Json* property = properties ? schema_member(*properties, name.c_str()) : nullptr;
      const Json* wanted = property ? property : others;
      const bool fits = !wanted || fit(entry, *wanted, depth + 1);
      if (!fits && !(kChanges && property && entry.is_null() && !is_required(schema, name))) return false;
      if constexpr (kChanges)
        if (fits) kept[name] = std::move(entry);
    }
    if constexpr (kChanges) value = std::move(kept);
    return has_all(value, required);
  }

  static bool is_required(const Json& schema, const std::string& name) {
    const Json* required = schema_member(schema, "required");
    return required && required->is_array() && std::ranges::find(*required, Json(name)) != required->end();
  }

  static bool has_all(const Json& value, const Json* required) {
    if (!required || !required->is_array()) return true;
    return std::ranges::all_of(*required, [&value](const Json& name) {
      return !name.is_string() || value.contains(name.get_ref<const std::string&>());
    });
  }

  bool fit_array(Value& value, const Json& schema, int depth) {
    const Json* items = schema_member(schema, "items");
    if (!items || (!kChanges && schema_member(schema, "prefixItems"))) return true;
    return std::ranges::all_of(value, [&](Value& item) { return fit(item, *items, depth + 1); });
  }

  bool fit_branches(Value& value, const Json& schema, int depth) {
    if (const Json* all = schema_member(schema, "allOf"); all && all->is_array())
      for (const Json& branch : *all)
        if (!fit(value, branch, depth + 1)) return false;
    for (const char* name : {"anyOf", "oneOf"})
      if (const Json* any = schema_member(schema, name); any && any->is_array())
        if (!fit_any(value, *any, depth)) return false;
    return true;
  }

  bool fit_any(Value& value, const Json& branches, int depth) {
    if constexpr (kChanges) return change_to_any(value, branches, depth);
    return std::ranges::any_of(branches, [&](const Json& branch) { return fit(value, branch, depth + 1); });
  }

  // A branch that takes the value as it is wins over all that would change it.
  bool change_to_any(Json& value, const Json& branches, int depth) {
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
  SchemaSteps& steps_;
  bool gave_up_ = false;
};

}  // namespace

JsonSchema::JsonSchema(std::string_view text) : json_(parse_ordered_json(text)) {
  if (!json_.is_object() && !json_.is_boolean()) json_ = Json::object();
}

SchemaVerdict JsonSchema::check(const Json& value, SchemaSteps& steps) const {
  SchemaWalk<Change::none> walk(json_, steps);
  if (walk.fit(value, json_)) return SchemaVerdict::fits;
  return walk.gave_up() ? SchemaVerdict::not_decided : SchemaVerdict::does_not_fit;
}

bool JsonSchema::fit(Json& value, const Json& part, SchemaSteps& steps) const {
  return SchemaWalk<Change::lawful>(json_, steps).fit(value, part);
}

}  // namespace anyclaude
