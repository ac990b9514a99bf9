#pragma once

#include <string>
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
  std::string_view fingerprint;     // of what the server reports about itself
  std::string_view profile_digest;  // of the profile as it is in force: the user may have changed it
};

// What decides the answer, without secrets: the same on every machine where the same is asked of the same
// model, server address and ordering. The partition is left out; it means nothing elsewhere. 64 hexadecimal
// digits.
std::string portable_digest(const CanonicalRequest& request, const KeyContext& context);

CacheKey make_cache_key(const CanonicalRequest& request, const KeyContext& context,
                        const StoreSecrets& secrets);

}  // namespace anyclaude
