// From the configuration's `backends` to the servers that answer.
#pragma once

#include <memory>
#include <vector>

#include "backend/profile/backend_profiles.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "scheduler/backend_set.h"
#include "scheduler/cost_ledger.h"
#include "scheduler/router.h"

namespace anyclaude {

// Every server that may be asked for: the entries of `backends` and the known kinds that have a default
// address. The one that `mode` names is made at once and is current; its errors have source config. `clock`
// outlives the set. `via_mark` goes with every request to a server that may lead back here (via_mark.h): all
// but one at the https address that its profile names, which is no broker; that one sees nothing of it.
Result<std::unique_ptr<BackendSet>> make_backends(const Config& config, const BackendProfiles& profiles,
                                                  const Clock& clock, const std::string& via_mark);

// The rules of `routing` and, behind them, that of `prompt.side_requests` when it names a server. Rules that
// lead to a disabled entry do not count.
Result<Router> make_router(const Config& config, BackendSet& backends);

// The servers of `fallback`, without disabled ones.
Result<std::vector<const BackendEntry*>> make_fallbacks(const Config& config, BackendSet& backends);

// Those entries that have a price. A cap without a price is an error: nothing could be counted.
Result<std::vector<CostAccount>> cost_accounts(const Config& config);

}  // namespace anyclaude
