#pragma once

#include <string_view>

#include "canonical/canonical_request.h"
#include "storage/response_store.h"
#include "storage/store_secrets.h"

namespace anyclaude {

// Everything besides the request that decides what the answer would be, or who may see it.
struct KeyContext {
  Lane lane = Lane::rewritten;
  std::string_view profile;
  std::string_view base_url;
  std::string_view resolved_model;
  OrderingLevel level = OrderingLevel::standard;
  std::string_view partition;
  std::string_view fingerprint;     // what the backend says of itself
  std::string_view profile_digest;  // of the profile as it is in force: the user may have changed it
};

CacheKey make_cache_key(const CanonicalRequest& request, const KeyContext& context,
                        const StoreSecrets& secrets);

}  // namespace anyclaude
