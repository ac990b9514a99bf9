#include "proxy/exchange_key.h"

#include "cache/cache_key.h"

namespace anyclaude {
namespace {

KeyContext context_of(const BrokerParts& parts, const Exchange& exchange, std::string_view base_url) {
  const BackendSettings& settings = exchange.settings();
  KeyContext context;
  context.lane = exchange.lane();
  context.profile = settings.profile.name;
  context.base_url = base_url;
  context.resolved_model = exchange.identity.model;
  context.level = parts.level;
  context.partition = exchange.partition;
  context.fingerprint = exchange.identity.fingerprint;
  context.profile_digest = settings.profile_digest;
  return context;
}

}  // namespace

CacheKey cache_key_of(const BrokerParts& parts, const Exchange& exchange) {
  const std::string base_url = exchange.settings().base_url.text();
  return make_cache_key(*exchange.canonical, context_of(parts, exchange, base_url), parts.secrets);
}

const std::string& canonical_sha256_of(const BrokerParts& parts, Exchange& exchange) {
  const std::string base_url = exchange.settings().base_url.text();
  if (exchange.canonical_sha256.empty())
    exchange.canonical_sha256 = portable_digest(*exchange.canonical, context_of(parts, exchange, base_url));
  return exchange.canonical_sha256;
}

}  // namespace anyclaude
