#include "cache/admission.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bounded_json.h"
#include "base/limits.h"
#include "schema/json_schema.h"

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

// Finds a tool by its name and reads its schema once, however many calls an answer has. Of two tools with one
// name the first counts. The calls of an answer share one measure of work.
class ToolSchemas {
 public:
  explicit ToolSchemas(const std::vector<OfferedTool>& offered) : offered_(offered) {}

  AdmissionVerdict judge_input(const std::string& name, const Json* input) {
    const JsonSchema* schema = find(name);
    if (schema == nullptr) return AdmissionVerdict::tool_not_offered;
    // What is not decided counts as valid.
    const bool is_valid = input != nullptr && input->is_object() &&
                          schema->check(*input, steps_) != SchemaVerdict::does_not_fit;
    return is_valid ? AdmissionVerdict::admitted : AdmissionVerdict::tool_input_invalid;
  }

 private:
  // Null when the tool was not offered.
  const JsonSchema* find(const std::string& name) {
    if (const auto known = schemas_.find(name); known != schemas_.end()) return &known->second;
    if (places_.empty())
      for (std::size_t i = 0; i < offered_.size(); ++i) places_.emplace(offered_[i].name, i);
    const auto place = places_.find(name);
    if (place == places_.end()) return nullptr;
    return &schemas_.try_emplace(name, offered_[place->second].input_schema_json).first->second;
  }

  const std::vector<OfferedTool>& offered_;
  std::map<std::string_view, std::size_t> places_;
  std::map<std::string, JsonSchema> schemas_;
  SchemaSteps steps_;
};

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
    const auto verdict = schemas.judge_input(string_member(block, "name"), member(block, "input"));
    if (verdict != AdmissionVerdict::admitted) return verdict;
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
