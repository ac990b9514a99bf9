// Profile files as text: read strictly, written completely, and described as a JSON schema.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "backend/profile/backend_profile.h"
#include "base/error.h"

namespace anyclaude {

// Lays what `object` says over `profile`. Errors are source config and name the file, the key's whole path
// and, for a key or a word that is not known, the nearest one that is.
Status read_profile(const nlohmann::json& object, std::string_view file, BackendProfile& profile);

// {"families": [...]}
Result<std::vector<ModelFamily>> read_model_families(std::string_view json_text, std::string_view file);

// Every member, with the value it has.
nlohmann::json profile_json(const BackendProfile& profile);

// What read_profile takes, in the words of JSON Schema.
nlohmann::ordered_json profile_schema();

}  // namespace anyclaude
