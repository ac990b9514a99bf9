#include "backend/identity/model_details.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_in_any_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lowered, lowered);
}

std::string_view without_latest(std::string_view name) {
  constexpr std::string_view kTag = ":latest";
  if (name.size() > kTag.size() && equals_in_any_case(name.substr(name.size() - kTag.size()), kTag))
    name.remove_suffix(kTag.size());
  return name;
}

const Json& member(const Json& object, std::string_view name) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::optional<std::uint64_t> count_of(const Json& value) {
  if (!value.is_number_unsigned() || value == 0) return std::nullopt;
  return value.get<std::uint64_t>();
}

// The context of a model's own parameters: lines of a name, spaces and a value.
std::optional<std::uint64_t> num_ctx_of(std::string_view parameters) {
  constexpr std::string_view kName = "num_ctx";
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find('\n'), parameters.size());
    std::string_view line = parameters.substr(0, end);
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (!line.starts_with(kName)) continue;
    line.remove_prefix(kName.size());
    const std::size_t digits = line.find_first_not_of(" \t");
    if (digits == 0 || digits == std::string_view::npos) continue;
    std::uint64_t tokens = 0;
    const auto [behind, error] = std::from_chars(line.data() + digits, line.data() + line.size(), tokens);
    if (error == std::errc() && tokens > 0) return tokens;
  }
  return std::nullopt;
}

// "<architecture>.context_length": the context the model was trained with, which no parameter exceeds.
std::optional<std::uint64_t> trained_context_of(const Json& model_info) {
  const std::string_view architecture = string_or_empty(model_info, "general.architecture");
  return count_of(member(model_info, std::string(architecture) + ".context_length"));
}

}  // namespace

bool names_model(std::string_view said, std::string_view listed) {
  return equals_in_any_case(without_latest(said), without_latest(listed));
}

void read_ollama_running(const Json& ps, std::string_view model, ModelDetails& details) {
  const Json& models = member(ps, "models");
  if (!models.is_array()) return;
  details.state = ModelState::not_loaded;
  for (const Json& entry : models) {
    if (!names_model(model, string_or_empty(entry, "name")) &&
        !names_model(model, string_or_empty(entry, "model")))
      continue;
    details.state = ModelState::loaded;
    if (const auto loaded = count_of(member(entry, "context_length"))) details.context_tokens = loaded;
  }
}

void read_ollama_model(const Json& show, ModelDetails& details) {
  if (auto wanted = num_ctx_of(string_or_empty(show, "parameters"))) {
    const auto trained = trained_context_of(member(show, "model_info"));
    details.context_tokens = trained ? std::min(*wanted, *trained) : *wanted;
  }
  const Json& capabilities = member(show, "capabilities");
  // Versions before 0.6.4 do not list them.
  if (!capabilities.is_array() || capabilities.empty()) return;
  const auto ability = [&](const char* name) {
    return std::ranges::find(capabilities, Json(name)) == capabilities.end() ? Ability::absent
                                                                             : Ability::present;
  };
  details.tools = ability("tools");
  details.images = ability("vision");
}

void read_lm_studio_models(const Json& models, std::string_view model, ModelDetails& details) {
  const Json& data = member(models, "data");
  if (!data.is_array()) return;
  for (const Json& entry : data) {
    if (!names_model(model, string_or_empty(entry, "id"))) continue;
    const std::string_view state = string_or_empty(entry, "state");
    if (state.empty()) return;
    details.state = state == "loaded" ? ModelState::loaded : ModelState::not_loaded;
    if (const auto loaded = count_of(member(entry, "loaded_context_length"))) details.context_tokens = loaded;
    if (const std::string_view type = string_or_empty(entry, "type"); type == "llm" || type == "vlm")
      details.images = type == "vlm" ? Ability::present : Ability::absent;
    return;
  }
}

}  // namespace anyclaude
