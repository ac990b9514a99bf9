// Reads what a model server reports about itself: /props (llama.cpp) and /v1/models.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "backend/identity/backend.h"
#include "backend/identity/model_details.h"
#include "base/clock.h"
#include "base/error.h"

namespace anyclaude {

// The two replies as far as they came; null for one that did not.
struct ServerStatements {
  nlohmann::json props;
  nlohmann::json models;
};

struct ListedModel {
  std::string id;
  ModelState state = ModelState::unsaid;
  std::optional<std::uint64_t> context_tokens;
  std::string statement;  // what counts for the fingerprint, as canonical JSON
};

// The models that can chat, in the server's order. `now` tells a date of the model from a date of the reply:
// llama.cpp, vLLM and mlx-lm give the time of asking as `created`.
std::vector<ListedModel> read_models(const nlohmann::json& models, SystemTime now);

// Errors are not_found, with a sentence that lists what there is.
Result<BackendIdentity> identify(const BackendSettings& settings, const ServerStatements& said,
                                 SystemTime now);

}  // namespace anyclaude
