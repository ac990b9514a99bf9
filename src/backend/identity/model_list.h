// A local server's models in the form in which Anthropic lists its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "backend/identity/backend.h"

namespace anyclaude {

// Claude Code shows only ids that start with "claude" or "anthropic", so each local model is listed under its
// own id and under this prefix and its id.
inline constexpr std::string_view kLocalModelPrefix = "claude-local-";

// The server's own id of a model, requested under either name.
std::string_view local_model_id(std::string_view requested);

// The body of GET /v1/models: everything on one page.
std::string model_list_json(const BackendIdentity& identity);
// The body of GET /v1/models/{id}; nothing when the server has no such model.
std::optional<std::string> model_json(const BackendIdentity& identity, std::string_view id);

// Makes `identity` that of the requested model when the server has it under either name. Any other name (the
// client's default is one of Anthropic's) is one of the three sizes whose model `roles` names, else it leaves
// the resolved model.
void choose_requested_model(BackendIdentity& identity, std::string_view requested,
                            const ModelRoles& roles = {});
// The same with the profile's roles; a server that gets no model name cannot be asked for another model.
void choose_requested_model(BackendIdentity& identity, std::string_view requested,
                            const BackendProfile& profile);

}  // namespace anyclaude
