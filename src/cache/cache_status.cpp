#include "cache/cache_status.h"

namespace anyclaude {

std::string_view name_of(CacheStatus status) {
  switch (status) {
    case CacheStatus::hit:
      return "HIT";
    case CacheStatus::miss:
      return "MISS";
    case CacheStatus::bypass:
      return "BYPASS";
    case CacheStatus::coalesced:
      return "COALESCED";
  }
  return "";
}

std::string_view name_of(BypassReason reason) {
  switch (reason) {
    case BypassReason::no_store_with_no_cache:
      return "no_store";
    case BypassReason::mode_off:
      return "mode_off";
    case BypassReason::backend_unidentified:
      return "backend_unidentified";
    case BypassReason::server_tools:
      return "server_tools";
    case BypassReason::mcp_servers:
      return "mcp_servers";
    case BypassReason::container:
      return "container";
    case BypassReason::file_reference:
      return "file_reference";
    case BypassReason::url_source:
      return "url_source";
    case BypassReason::unknown_block:
      return "unknown_block";
    case BypassReason::body_too_large:
      return "body_too_large";
    case BypassReason::body_too_deep:
      return "body_too_deep";
    case BypassReason::encoded:
      return "encoded";
    case BypassReason::store_error:
      return "store_error";
    case BypassReason::side_request_local:
      return "side_request_local";
  }
  return "";
}

std::string_view name_of(MissReason reason) {
  switch (reason) {
    case MissReason::not_found:
      return "not_found";
    case MissReason::no_cache:
      return "no_cache";
    case MissReason::max_age:
      return "max_age";
    case MissReason::write_only:
      return "write_only";
    case MissReason::asked_again:
      return "asked_again";
  }
  return "";
}

}  // namespace anyclaude
