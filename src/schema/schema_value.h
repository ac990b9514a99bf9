// JSON values as a schema sees them: members, types, weight, and what a string spells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// The member `name`, or nullptr when `object` is none or has none.
const nlohmann::ordered_json* schema_member(const nlohmann::ordered_json& object, const char* name);

// The names in `type`, which is one name or a list of them. They are views into `schema`.
std::vector<std::string_view> schema_types(const nlohmann::ordered_json& schema);

// True for a name that JSON Schema does not have.
bool has_schema_type(const nlohmann::ordered_json& value, std::string_view type);

// The value of `type` that a string spells; nothing when it spells none.
std::optional<nlohmann::ordered_json> spelled_value(const std::string& text, std::string_view type);

// The value as one of `type`, when that loses nothing.
std::optional<nlohmann::ordered_json> converted_value(const nlohmann::ordered_json& value,
                                                      std::string_view type);

// How many steps it takes to copy or compare a value.
std::uint64_t weight_of(const nlohmann::ordered_json& value);
// The same for a string of so many bytes.
std::uint64_t weight_of_string(std::size_t bytes);

}  // namespace anyclaude
