#include "config/backend_entry.h"

#include "config/config.h"
#include "config/json_setters.h"

namespace anyclaude {
namespace {

using nlohmann::json;

// Files of earlier versions count in milliseconds; no start takes under a second, and no value means over 16
// minutes.
constexpr std::uint64_t kSecondsBelow = 1'000;

Status set_startup_timeout(BackendConfig& backend, const json& value) {
  if (!value.is_number_unsigned()) {
    std::chrono::seconds seconds{};
    if (auto status = duration_into(seconds)(value); !status) return status;
    backend.startup_timeout = seconds;
    return {};
  }
  const auto number = value.get<std::uint64_t>();
  constexpr std::uint64_t kMillisecondsMax = 24ull * 3600 * 1000;
  if (number == 0 || number > kMillisecondsMax)
    return config_error("must be a time of at most a day: milliseconds, or text like 90s or 5m");
  backend.startup_timeout = number < kSecondsBelow
                                ? std::chrono::seconds(number)
                                : std::chrono::milliseconds(static_cast<std::int64_t>(number));
  return {};
}

Status set_port(BackendConfig& backend, const json& value, Origin origin) {
  int port = 0;
  if (auto status = port_into(port)(value); !status) return status;
  if (!backend.url.empty()) return {};
  backend.url = "http://127.0.0.1:" + std::to_string(port);
  backend.from.url = origin;
  return {};
}

Status set_max_tokens(BackendConfig& backend, const json& value) {
  if (!value.is_number_unsigned() || value == 0) return config_error("must be a number of tokens");
  backend.max_tokens = value.get<std::uint64_t>();
  return {};
}

// A value that a person writes as on or off, or as true or false.
template <typename Enum>
JsonSetter on_off_into(Enum& target, Enum when_on, Enum when_off) {
  return [&target, when_on, when_off](const json& value) -> Status {
    const bool is_on = value == "on" || value == true;
    if (!is_on && value != "off" && value != false) return config_error("must be on or off");
    target = is_on ? when_on : when_off;
    return {};
  };
}

// Options of a command begin like this; the model of a configuration must not become one.
Status refuse_option(const std::string& model) {
  if (!model.starts_with('-')) return {};
  return config_error("must be a path or a name, and those do not begin with '-'");
}

// Settings of earlier versions that say nothing to this one: it prepares prompts by its own rules.
constexpr const char* kUnused[] = {"compatibility",
                                   "truncateSystemPrompt",
                                   "systemPromptMaxTokens",
                                   "smartSystemPrompt",
                                   "smartPromptMode",
                                   "safeSystemFilter",
                                   "filterTier",
                                   "stubToolDescriptions",
                                   "injectToolInstructions",
                                   "toolInstructionStyle",
                                   "injectionThreshold",
                                   "localSearch",
                                   "toolAllowlist",
                                   "distributed",
                                   "pythonVenv",
                                   "discovery",
                                   "health",
                                   "routing",
                                   "cache"};

}  // namespace

bool is_path(std::string_view model) {
  return model.starts_with('/') || model.starts_with("~/") || model.starts_with("./") ||
         model.starts_with("../");
}

void set_model(BackendConfig& backend, std::string_view text) {
  const bool is_file = is_path(text);
  if (is_file) backend.model_path = std::string(text);
  backend.model = is_file || text == "current-model" ? "" : std::string(text);
}

Status apply_backend_entry(BackendConfig& backend, const std::string& name, const json& entry,
                           Origin origin) {
  const std::string path = "backends." + name + ".";
  const auto model = [&](const json& value) -> Status {
    if (!value.is_string()) return config_error("must be text");
    set_model(backend, value.get<std::string>());
    return refuse_option(backend.model);
  };
  const auto model_path = [&](const json& value) -> Status {
    if (auto status = text_into(backend.model_path)(value); !status) return status;
    return refuse_option(backend.model_path);
  };
  const auto models = [&](const json& value) {
    return apply_json_object(value, path + "models.",
                             {{"opus", text_into(backend.models.opus)},
                              {"sonnet", text_into(backend.models.sonnet)},
                              {"haiku", text_into(backend.models.haiku)}});
  };
  const auto sourced = [origin](std::string& target, Origin& from) -> JsonSetter {
    return [&target, &from, origin](const json& value) {
      from = origin;
      return text_into(target)(value);
    };
  };
  const auto api = [&](const json& value) {
    backend.from.api = origin;
    return choice_into(backend.api)(value);
  };
  JsonSetters setters{
      {"baseUrl", sourced(backend.url, backend.from.url)},
      {"port", [&](const json& value) { return set_port(backend, value, origin); }},
      {"apiKey", sourced(backend.api_key, backend.from.api_key)},
      {"api", api},
      {"profile", text_into(backend.profile)},
      {"model", model},
      {"models", models},
      {"modelPath", model_path},
      {"serverScript", text_into(backend.server_script)},
      {"description", text_into(backend.description)},
      {"maxTokens", [&](const json& value) { return set_max_tokens(backend, value); }},
      {"enabled", switch_into(backend.use, BackendUse::enabled, BackendUse::disabled)},
      {"autoStartServer", switch_into(backend.auto_start, AutoStart::on, AutoStart::off)},
      {"startupTimeout", [&](const json& value) { return set_startup_timeout(backend, value); }},
      {"price", [&](const json& value) { return apply_price(backend.price, value); }},
      {"cost_cap_usd_per_day",
       [&](const json& value) { return apply_cost_cap(backend.cost_cap_usd_per_day, value); }},
      {"tool_rescue", on_off_into(backend.tool_rescue, RescueMode::on, RescueMode::off)},
      {"allow_plain_http", on_off_into(backend.plain_http, PlainHttp::allowed, PlainHttp::refused)},
      {"sampling_presets",
       switch_into(backend.sampling, SamplingChoice::published, SamplingChoice::servers_own)},
      {"thinking", switch_into(backend.thinking, ThinkingChoice::as_asked, ThinkingChoice::never)}};
  for (const char* unused : kUnused) setters.emplace_back(unused, accepted_unused);
  return apply_json_object(entry, path, setters);
}

}  // namespace anyclaude
