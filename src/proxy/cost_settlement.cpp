#include "proxy/cost_settlement.h"

namespace anyclaude {

// What the server did not say is taken from sizes.
void settle_cost(const BrokerParts& parts, Exchange& exchange) {
  if (!exchange.cost.is_open()) return;
  const RequestEntry& entry = exchange.entry;
  PaidTokens paid{entry.prompt_tokens_prefilled + entry.prompt_tokens_unknown, entry.prompt_tokens_reused,
                  entry.output_tokens, entry.usage_certainty};
  if (paid.input + paid.cached_input == 0) paid.input = exchange.prompt_tokens_guess;
  exchange.cost.settle(paid);
  if (const Status status = parts.costs.flush(); !status) {
    parts.ledger.count_store_error();
    parts.log.warn("{} what the answer cost could not be stored yet: {}", exchange.request_id,
                   status.error().message);
    parts.learned.wake();
  }
}

}  // namespace anyclaude
