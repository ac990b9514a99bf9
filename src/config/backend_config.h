// One entry of `backends`: a model server as the user configured it. Empty members take the profile's
// defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/user_choices.h"
#include "config/origin.h"
#include "config/routing_config.h"

namespace anyclaude {

// Whether the launcher may start the server: unsaid means yes, once there is something to start it with.
enum class AutoStart { unsaid, on, off };
// Whether an entry takes part in routing and fallback. One that does not still answers when `mode` names it.
enum class BackendUse { enabled, disabled };

// Whether keys may cross the network in plain text, to an address beyond this machine.
enum class PlainHttp { refused, allowed };

// The models that answer for the three sizes Claude Code asks for; an empty one is `model`.
struct ModelsBySize {
  std::string opus;
  std::string sonnet;
  std::string haiku;
};

// Where the values come from that decide which server gets the user's credentials. `plain_http` and the
// script come from the configuration file alone (Config::file_origin).
struct BackendOrigins {
  Origin url = Origin::defaults;
  Origin api_key = Origin::defaults;
  Origin api = Origin::defaults;
};

struct BackendConfig {
  std::string profile;  // a profile's name or alias; empty: the entry's own name is one
  std::string url;
  std::string api_key;
  std::optional<Api> api;  // nothing: as the profile says
  std::string model;       // empty: whatever the server has loaded ("current-model" in a file)
  ModelsBySize models;
  std::string description;
  std::optional<std::uint64_t> max_tokens;
  RescueMode tool_rescue = RescueMode::on;
  SamplingChoice sampling = SamplingChoice::published;
  ThinkingChoice thinking = ThinkingChoice::as_asked;
  BackendUse use = BackendUse::enabled;
  std::optional<TokenPrice> price;  // nothing: it costs nothing
  std::optional<double> cost_cap_usd_per_day;
  PlainHttp plain_http = PlainHttp::refused;
  BackendOrigins from;

  // What the server is started from: a path as written ("~" not yet replaced), or the name of a published
  // model.
  std::string model_path;
  std::string server_script;  // as written; relative to the configuration file
  AutoStart auto_start = AutoStart::unsaid;
  std::chrono::milliseconds startup_timeout = limits::kServerStartTimeDefault;
};

// Takes a model as people write it: "current-model" is no model at all, and a path is what to start the
// server from.
void set_model(BackendConfig& backend, std::string_view text);

// "/models/x", "~/models/x", "./x" or "../x". "owner/name" is a published model's name.
bool is_path(std::string_view model);

}  // namespace anyclaude
