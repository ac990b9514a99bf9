// A profile together with what the user says: one server to be asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "backend/profile/backend_profile.h"
#include "base/error.h"
#include "base/user_choices.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

// What the launcher has Claude Code say where a local server needs no key. It opens nothing, so it goes to no
// server: after a switch to Anthropic it would only be refused there.
inline constexpr std::string_view kPlaceholderToken = "anyclaude-needs-no-key";

struct BackendSettings {
  BackendProfile profile;
  Url base_url;         // without a trailing /v1
  std::string model;    // empty or "current-model": the only or loaded model of the server
  std::string api_key;  // sent as Authorization: Bearer in the rewritten lane; never logged
  UpstreamTimeouts timeouts = {};
  UpstreamRoute route = {};
  RescueMode rescue = RescueMode::on;
  // Of the profile as it is in force; part of every cache key.
  std::string profile_digest = {};
};

// What a user may say of a server; empty texts leave what the profile says.
struct BackendChoices {
  std::string base_url = {};
  std::string model = {};
  std::string api_key = {};
  std::optional<Api> api = std::nullopt;  // nothing: as the profile says
  SamplingChoice sampling = SamplingChoice::published;
  ThinkingChoice thinking = ThinkingChoice::as_asked;
  ModelRoles models = {};
};

// Errors are source config: no address, a bad one, an interface that the server does not have.
Result<BackendSettings> make_backend_settings(BackendProfile profile, const BackendChoices& choices);

// The path and query of a call, with the base URL's own path in front: /api/v1/chat/completions.
std::string chat_target(const BackendSettings& settings);
std::string models_target(const BackendSettings& settings);

}  // namespace anyclaude
