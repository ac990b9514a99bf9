// Under what an exchange's answer is kept.
#pragma once

#include <string>

#include "proxy/broker_parts.h"
#include "proxy/exchange.h"
#include "storage/response_store.h"

namespace anyclaude {

// Of an exchange whose request has its canonical form and whose server is identified.
CacheKey cache_key_of(const BrokerParts& parts, const Exchange& exchange);

// portable_digest(), computed when it is first asked for: it costs a pass over the whole request.
const std::string& canonical_sha256_of(const BrokerParts& parts, Exchange& exchange);

}  // namespace anyclaude
