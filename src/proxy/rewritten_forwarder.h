// The rewritten lane: the request is told to a local server in its own dialect, the reply is told back in
// Anthropic's.
#pragma once

#include "proxy/broker_parts.h"
#include "proxy/forwarder.h"

namespace anyclaude {

class RewrittenForwarder final : public Forwarder {
 public:
  explicit RewrittenForwarder(const BrokerParts& parts) : parts_(parts) {}

  void forward(Exchange& exchange) override;

 private:
  const BrokerParts& parts_;
};

}  // namespace anyclaude
