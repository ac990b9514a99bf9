#include "cache/admission.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bounded_json.h"
#include "base/limits.h"

namespace anyclaude {

// kAdmissionVerdicts spells these out.
static_assert(limits::kStoredMessageBytesMax == 8u * 1024 * 1024);
static_assert(limits::kJsonDepthMax == 128);

namespace {

using Json = nlohmann::ordered_json;

// The members of a JSON value that may lack them, read without exceptions.
std::string string_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const Json* member(const Json& object, const std::string& name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool is_whole(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return number >= -9007199254740992.0 && number <= 9007199254740992.0 &&
         static_cast<double>(static_cast<std::int64_t>(number)) == number;
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

// `type` is one name or a list of them; anything else demands nothing.
bool fits_type(const Json& value, const Json& property) {
  const Json* type = member(property, "type");
  if (type == nullptr) return true;
  if (type->is_string()) return has_type(value, type->get_ref<const std::string&>());
  if (!type->is_array() || type->empty()) return true;
  return std::any_of(type->begin(), type->end(), [&value](const Json& name) {
    return !name.is_string() || has_type(value, name.get_ref<const std::string&>());
  });
}

bool fits_schema(const Json& input, const Json& schema) {
  if (!input.is_object()) return false;
  if (const Json* required = member(schema, "required"); required != nullptr && required->is_array())
    for (const Json& name : *required)
      if (name.is_string() && !input.contains(name.get_ref<const std::string&>())) return false;
  if (const Json* properties = member(schema, "properties"))
    for (const auto& [name, value] : input.items())
      if (const Json* property = member(*properties, name);
          property != nullptr && !fits_type(value, *property))
        return false;
  return true;
}

// Finds a tool by its name and reads its schema once, however many calls an answer has. Of two tools with one
// name the first counts.
class ToolSchemas {
 public:
  explicit ToolSchemas(const std::vector<OfferedTool>& offered) : offered_(offered) {}

  // Null when the tool was not offered.
  const Json* find(const std::string& name) {
    if (const auto known = schemas_.find(name); known != schemas_.end()) return &known->second;
    if (places_.empty())
      for (std::size_t i = 0; i < offered_.size(); ++i) places_.emplace(offered_[i].name, i);
    const auto place = places_.find(name);
    if (place == places_.end()) return nullptr;
    return &schemas_.emplace(name, parse_ordered_json(offered_[place->second].input_schema_json))
                .first->second;
  }

 private:
  const std::vector<OfferedTool>& offered_;
  std::map<std::string_view, std::size_t> places_;
  std::map<std::string, Json> schemas_;
};

AdmissionVerdict judge_call(const Json& call, ToolSchemas& schemas) {
  const Json* schema = schemas.find(string_member(call, "name"));
  if (schema == nullptr) return AdmissionVerdict::tool_not_offered;
  const Json* input = member(call, "input");
  if (input == nullptr || !fits_schema(*input, *schema)) return AdmissionVerdict::tool_input_invalid;
  return AdmissionVerdict::admitted;
}

AdmissionVerdict judge_stop(const std::string& stop_reason) {
  if (stop_reason.empty()) return AdmissionVerdict::not_complete;
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded")
    return AdmissionVerdict::cut_off;
  if (stop_reason == "refusal") return AdmissionVerdict::refused;
  if (stop_reason == "pause_turn") return AdmissionVerdict::paused;
  return AdmissionVerdict::admitted;
}

AdmissionVerdict judge_content(const Json& content, const std::string& stop_reason,
                               const std::vector<OfferedTool>& offered) {
  bool says_something = false;
  bool calls_something = false;
  ToolSchemas schemas(offered);
  for (const Json& block : content) {
    if (!block.is_object()) return AdmissionVerdict::not_complete;
    const std::string type = string_member(block, "type");
    if (type == "text" && string_member(block, "text").find_first_not_of(" \t\r\n\v\f") != std::string::npos)
      says_something = true;
    if (type != "tool_use") continue;
    calls_something = true;
    if (const auto verdict = judge_call(block, schemas); verdict != AdmissionVerdict::admitted)
      return verdict;
  }
  if (!says_something && !calls_something) return AdmissionVerdict::blank;
  // Some servers drop a call they cannot parse and still say that they made one.
  if (stop_reason == "tool_use" && !calls_something) return AdmissionVerdict::tool_input_invalid;
  return AdmissionVerdict::admitted;
}

}  // namespace

AdmissionVerdict judge(MessageCompleteness completeness, const Json& message,
                       const std::vector<OfferedTool>& offered) {
  if (completeness != MessageCompleteness::complete || !message.is_object())
    return AdmissionVerdict::not_complete;
  const std::string stop_reason = string_member(message, "stop_reason");
  if (const auto verdict = judge_stop(stop_reason); verdict != AdmissionVerdict::admitted) return verdict;
  const Json* content = member(message, "content");
  if (content == nullptr || !content->is_array()) return AdmissionVerdict::not_complete;
  if (const auto verdict = judge_content(*content, stop_reason, offered);
      verdict != AdmissionVerdict::admitted)
    return verdict;
  const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (is_json_too_deep(text)) return AdmissionVerdict::too_deep;
  return text.size() > limits::kStoredMessageBytesMax ? AdmissionVerdict::too_large
                                                      : AdmissionVerdict::admitted;
}

std::string_view name_of(AdmissionVerdict verdict) {
  return reason_in(kAdmissionVerdicts, verdict).name;
}

}  // namespace anyclaude
