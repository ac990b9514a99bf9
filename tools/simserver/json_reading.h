// Small readers of optional members, for bodies whose fields may be absent or null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bounded_json.h"
#include "base/error.h"
#include "tools/simserver/chat_request.h"

namespace anyclaude::sim {

// The member, or a null value when it is absent or `object` is no object.
inline const Json& member_of(const Json& object, const char* name) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

inline std::string string_member(const Json& object, const char* name, std::string otherwise = {}) {
  const Json& value = member_of(object, name);
  return value.is_string() ? value.get<std::string>() : otherwise;
}

inline bool is_true(const Json& value) {
  return value.is_boolean() && value.get<bool>();
}

inline std::optional<std::uint64_t> unsigned_member(const Json& object, const char* name) {
  const Json& value = member_of(object, name);
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

inline tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

// Text that is JSON is spelled the one way templates spell it; other text stays as it is.
inline std::string respelled_json(const std::string& text) {
  const Json value = parse_ordered_json(text);
  return value.is_discarded() ? text : spaced_json(value);
}

// Both APIs' wording of a tool as the template shows it.
inline OfferedTool offered_tool(std::string name, std::string description, Json parameters) {
  Json declaration = {
      {"type", "function"},
      {"function", {{"name", name}, {"description", description}, {"parameters", parameters}}}};
  return {std::move(name), std::move(parameters), std::move(declaration)};
}

}  // namespace anyclaude::sim
