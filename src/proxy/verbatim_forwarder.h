// The verbatim lane: the upstream speaks Anthropic, and gets and gives every byte as it was sent.
#pragma once

#include "proxy/broker_parts.h"
#include "proxy/forwarder.h"

namespace anyclaude {

class VerbatimForwarder final : public Forwarder {
 public:
  explicit VerbatimForwarder(const BrokerParts& parts) : parts_(parts) {}

  void forward(Exchange& exchange) override;
  // A request the broker does not understand and need not: forwarded and answered without a look at it.
  void pass(const HttpRequest& request, Backend& backend, ResponseWriter& client);

 private:
  const BrokerParts& parts_;
};

}  // namespace anyclaude
