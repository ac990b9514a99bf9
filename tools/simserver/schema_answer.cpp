#include "tools/simserver/schema_answer.h"

#include "tools/simserver/json_reading.h"

namespace anyclaude::sim {
namespace {

// A schema may refer to itself.
constexpr int kDepthMax = 16;
constexpr std::size_t kItemsMax = 16;

class SchemaAnswer {
 public:
  SchemaAnswer(const Json& root, std::string_view text) : root_(root), text_(text) {}

  Json value(const Json& schema, int depth = 0) const {
    if (!schema.is_object() || depth > kDepthMax) return text_;
    if (schema.contains("const")) return schema["const"];
    if (schema.contains("default")) return schema["default"];
    if (const Json& choices = member_of(schema, "enum"); choices.is_array() && !choices.empty())
      return choices[0];
    for (const char* name : {"anyOf", "oneOf", "allOf"}) {
      const Json& choices = member_of(schema, name);
      if (choices.is_array() && !choices.empty()) return value(choices[0], depth + 1);
    }
    if (const std::string reference = string_member(schema, "$ref"); reference.starts_with("#/")) {
      return referred(reference.substr(1), depth);
    }
    return typed_value(schema, depth);
  }

 private:
  Json referred(const std::string& pointer, int depth) const {
    try {
      return value(root_.at(Json::json_pointer(pointer)), depth + 1);
    } catch (const Json::exception&) {
      return text_;
    }
  }

  Json typed_value(const Json& schema, int depth) const {
    const Json& type_member = member_of(schema, "type");
    const Json& first = type_member.is_array() && !type_member.empty() ? type_member[0] : type_member;
    const std::string type = first.is_string() ? first.get<std::string>() : "";
    if (type == "object" || schema.contains("properties")) return object(schema, depth);
    if (type == "array") return array(schema, depth);
    if (type == "integer" || type == "number") {
      const Json& minimum = member_of(schema, "minimum");
      return minimum.is_number() ? minimum : Json(0);
    }
    if (type == "boolean") return false;
    if (type == "null") return nullptr;
    return text_;
  }

  Json object(const Json& schema, int depth) const {
    Json answer = Json::object();
    for (const auto& [name, property] : member_of(schema, "properties").items()) {
      answer[name] = value(property, depth + 1);
    }
    if (answer.empty() && depth == 0) answer["answer"] = text_;
    return answer;
  }

  Json array(const Json& schema, int depth) const {
    Json answer = Json::array();
    const std::uint64_t least = unsigned_member(schema, "minItems").value_or(1);
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(least, kItemsMax); ++i) {
      answer.push_back(value(member_of(schema, "items"), depth + 1));
    }
    return answer;
  }

  const Json& root_;
  const std::string text_;
};

}  // namespace

Json answer_for_schema(const Json& schema, std::string_view text) {
  return SchemaAnswer(schema, text).value(schema);
}

}  // namespace anyclaude::sim
