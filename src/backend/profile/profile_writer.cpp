// Profiles and their schema as JSON: profile_json() and profile_schema() of profile_reader.h, and the digest.
#include <type_traits>

#include "backend/profile/profile_fields.h"
#include "backend/profile/profile_reader.h"
#include "base/bounded_json.h"
#include "base/digest.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

class FieldWriter {
 public:
  template <typename Member>
  void operator()(std::string_view key, Member&& member, std::string_view) {
    json[std::string(key)] = value_of(member);
  }

  Json json = Json::object();

 private:
  template <typename Value>
  static Json value_of(const Value& value) {
    return Json(value);
  }
  template <typename Value>
  static Json value_of(std::optional<Value>& value) {
    return value ? Json(*value) : Json();
  }
  static Json value_of(JsonMembers members) {
    Json out = Json::object();
    for (const auto& [name, text] : members.texts) out[name] = parse_ordered_json(text);
    return out;
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  static Json value_of(Enum& value) { return Json(word_of(value)); }
  template <typename Object>
  requires requires(FieldWriter& writer, Object& object) { visit_fields(writer, object); }
  static Json value_of(Object& object) {
    FieldWriter inner;
    visit_fields(inner, object);
    return inner.json;
  }
  template <typename Entry>
  requires requires(FieldWriter& writer, Entry& entry) { visit_fields(writer, entry); }
  static Json value_of(std::vector<Entry>& entries) {
    Json out = Json::array();
    for (Entry& entry : entries) out.push_back(value_of(entry));
    return out;
  }
};

template <typename Object>
Json json_of(Object object) {
  FieldWriter writer;
  visit_fields(writer, object);
  return writer.json;
}

class SchemaWriter {
 public:
  using Json = nlohmann::ordered_json;

  template <typename Member>
  void operator()(std::string_view key, Member&& member, std::string_view meaning) {
    Json schema = schema_of(member);
    if (!meaning.empty()) schema["description"] = meaning;
    properties_[std::string(key)] = std::move(schema);
  }

  Json schema() const {
    return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties_}};
  }

 private:
  static Json schema_of(std::string&) { return {{"type", "string"}}; }
  static Json schema_of(bool&) { return {{"type", "boolean"}}; }
  static Json schema_of(std::uint16_t&) { return {{"type", "integer"}, {"minimum", 0}, {"maximum", 65535}}; }
  static Json schema_of(std::optional<std::uint64_t>&) {
    return {{"type", {"integer", "null"}}, {"minimum", 0}};
  }
  static Json schema_of(std::optional<double>&) { return {{"type", {"number", "null"}}}; }
  static Json schema_of(std::vector<std::string>&) {
    return {{"type", "array"}, {"items", {{"type", "string"}}}};
  }
  static Json schema_of(std::map<std::string, std::string>&) {
    return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  }
  static Json schema_of(JsonMembers) { return {{"type", "object"}}; }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  static Json schema_of(Enum& value) {
    Json words = Json::array();
    for (const auto& choice : choices(value)) words.push_back(choice.name);
    return {{"enum", words}};
  }
  template <typename Object>
  requires requires(SchemaWriter& writer, Object& object) { visit_fields(writer, object); }
  static Json schema_of(Object& object) {
    SchemaWriter inner;
    visit_fields(inner, object);
    return inner.schema();
  }
  template <typename Entry>
  requires requires(SchemaWriter& writer, Entry& entry) { visit_fields(writer, entry); }
  static Json schema_of(std::vector<Entry>&) {
    Entry entry{};
    return {{"type", "array"}, {"items", schema_of(entry)}};
  }

  Json properties_ = Json::object();
};

}  // namespace

Json profile_json(const BackendProfile& profile) {
  return json_of(profile);
}

nlohmann::ordered_json profile_schema() {
  BackendProfile profile;
  SchemaWriter writer;
  visit_fields(writer, profile);
  writer("extends", profile.name, "The profile that a new one starts from.");
  writer("$schema", profile.name, "");
  nlohmann::ordered_json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                                   {"title", "A backend profile of anyclaude"}};
  schema.update(writer.schema());
  schema["required"] = {"name"};
  return schema;
}

std::string profile_digest(const BackendProfile& profile) {
  // In the verbatim lane the server gets nothing but the client's own request.
  if (profile.lane() == Lane::verbatim) return sha256_hex(json_of(profile.endpoint()).dump());
  Json families = Json::array();
  for (const ModelFamily& family : profile.model_families) families.push_back(json_of(family));
  const Json meaning = {{"endpoint", json_of(profile.endpoint())},
                        {"request", json_of(profile.request)},
                        {"reply", json_of(profile.reply)},
                        {"families", std::move(families)}};
  return sha256_hex(meaning.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace anyclaude
