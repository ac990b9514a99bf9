// What an answer of a paid server cost.
#pragma once

#include "proxy/broker_parts.h"
#include "proxy/exchange.h"

namespace anyclaude {

// Counts what the exchange's entry says and writes it to the store, so that the next request finds it, after
// a restart too. Call before the client has the last byte. Nothing happens without an open reservation.
void settle_cost(const BrokerParts& parts, Exchange& exchange);

}  // namespace anyclaude
