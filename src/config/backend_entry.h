#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "config/backend_config.h"

namespace anyclaude {

// Lays one entry of a file's `backends` over `backend`; `origin` is the file's. Errors name the key as
// `backends.<name>.<key>`.
Status apply_backend_entry(BackendConfig& backend, const std::string& name, const nlohmann::json& entry,
                           Origin origin);

}  // namespace anyclaude
