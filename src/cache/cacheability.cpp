#include "cache/cacheability.h"

#include "base/limits.h"

namespace anyclaude {

std::optional<BypassReason> bypass_reason(const CanonicalFindings& findings, Lane lane, CacheMode mode,
                                          const CacheControl& control, std::size_t body_bytes) {
  const auto& [server_tools, mcp_servers, container, file_reference, url_source, unknown_block] = findings;
  if (mode == CacheMode::off) return BypassReason::mode_off;
  if (control.no_store && control.no_cache) return BypassReason::no_store_with_no_cache;
  if (body_bytes > limits::kCacheableBodyBytesMax) return BypassReason::body_too_large;
  if (server_tools) return BypassReason::server_tools;
  if (mcp_servers) return BypassReason::mcp_servers;
  if (container) return BypassReason::container;
  if (file_reference) return BypassReason::file_reference;
  if (url_source) return BypassReason::url_source;
  if (unknown_block && lane == Lane::verbatim) return BypassReason::unknown_block;
  return std::nullopt;
}

}  // namespace anyclaude
