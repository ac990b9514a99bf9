// Failover: which server answers in place of one that is down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "scheduler/backend_set.h"
#include "scheduler/circuit_breaker.h"
#include "scheduler/cost_ledger.h"

namespace anyclaude {

// Thread-safe.
class FallbackChain {
 public:
  // `order` may be empty: then there is no failover.
  FallbackChain(std::vector<const BackendEntry*> order, const Clock& clock, const CostLedger& costs)
      : order_(std::move(order)), costs_(costs), breaker_(clock) {}

  struct Choice {
    const BackendEntry* next = nullptr;  // nullptr: no server is left
    // Those that were passed over because of what they cost, and why, as sentences.
    std::vector<std::string> too_costly = {};
    std::vector<std::string> why_not = {};
  };
  // The first that was not tried, did not fail a moment ago, and may cost what a prompt of this size costs.
  Choice choose(const std::vector<const BackendEntry*>& tried, std::uint64_t prompt_tokens) const;

  CircuitBreaker& breaker() { return breaker_; }

 private:
  const std::vector<const BackendEntry*> order_;
  const CostLedger& costs_;
  CircuitBreaker breaker_;
};

}  // namespace anyclaude
