// One short question to a model server about itself.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "backend/profile/backend_settings.h"
#include "base/error.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

// A GET of `target`, or a POST of `body` where that is not empty; takes kProbeTimeMax at most. Null for a
// server that does not have this path, or says something there that is not JSON. `via` holds the marks of the
// request that needs the answer (http/wire/via_mark.h). Errors: timed_out, unavailable (it does not answer,
// or is not ready), authentication (it refuses the key), loop (the question came back to a broker that sent
// it on).
Result<nlohmann::json> ask_server(UpstreamClient& client, const BackendSettings& settings, std::string target,
                                  std::string body = {}, std::string_view via = {});

}  // namespace anyclaude
