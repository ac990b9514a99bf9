// From the configuration's `backends` to the servers that answer.
#pragma once

#include <memory>

#include "backend/backend_profiles.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "proxy/backend_set.h"

namespace anyclaude {

// Every server that may be asked for: the entries of `backends` and the known kinds that have a default
// address. The one that `mode` names is made at once and is current; its errors have source config. `clock`
// outlives the set.
Result<std::unique_ptr<BackendSet>> make_backends(const Config& config, const BackendProfiles& profiles,
                                                  const Clock& clock);

}  // namespace anyclaude
