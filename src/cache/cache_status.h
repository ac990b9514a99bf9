// The one vocabulary of outcomes: spelled the same in code, headers, metrics, cachectl and docs.
#pragma once

#include <array>
#include <string_view>

namespace anyclaude {

enum class CacheStatus { hit, miss, bypass, coalesced };
std::string_view name_of(CacheStatus status);  // "HIT", "MISS", "BYPASS", "COALESCED"

enum class BypassReason {
  no_store_with_no_cache,  // spelled "no_store": nothing may be read and nothing kept
  mode_off,
  backend_unidentified,
  server_tools,
  mcp_servers,
  container,
  file_reference,
  url_source,
  unknown_block,
  body_too_large,
  body_too_deep,  // nested deeper than kJsonDepthMax
  encoded,
  store_error,
  side_request_local,  // answered by the broker itself, from the words of the request
};
inline constexpr std::size_t kBypassReasonCount = 14;
std::string_view name_of(BypassReason reason);

// Why a request that was looked up was not answered from the store.
enum class MissReason { not_found, no_cache, max_age, write_only, asked_again };
inline constexpr std::size_t kMissReasonCount = 5;
std::string_view name_of(MissReason reason);

}  // namespace anyclaude
