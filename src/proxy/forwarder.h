// Asks the upstream and answers the client. Two kinds, one per lane, so that the lanes cannot be mixed up.
#pragma once

#include "proxy/exchange.h"

namespace anyclaude {

// Thread-safe: one object serves every request of its lane.
class Forwarder {
 public:
  virtual ~Forwarder() = default;
  // Answers the client and fills in the exchange's entry; or leaves a failure in the exchange, having sent
  // nothing.
  virtual void forward(Exchange& exchange) = 0;
};

}  // namespace anyclaude
