#include "cache/cache_status.h"

#include "base/limits.h"

namespace anyclaude {

// kBypassReasons spells these out.
static_assert(limits::kCacheableBodyBytesMax == 16u * 1024 * 1024);
static_assert(limits::kJsonDepthMax == 128);

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
  return reason_in(kBypassReasons, reason).name;
}

std::string_view name_of(MissReason reason) {
  return reason_in(kMissReasons, reason).name;
}

}  // namespace anyclaude
