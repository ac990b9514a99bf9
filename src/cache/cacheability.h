// Which requests are not looked up at all, and why.
#pragma once

#include <cstddef>
#include <optional>

#include "base/user_choices.h"
#include "cache/cache_control.h"
#include "cache/cache_status.h"
#include "canonical/canonical_request.h"

namespace anyclaude {

// nullopt: look it up. `unknown_block` counts in the verbatim lane only, for the rewritten lane shows such
// blocks to the model as JSON text; server tools, MCP servers and containers count in both.
std::optional<BypassReason> bypass_reason(const CanonicalFindings& findings, Lane lane, CacheMode mode,
                                          const CacheControl& control, std::size_t body_bytes);

}  // namespace anyclaude
