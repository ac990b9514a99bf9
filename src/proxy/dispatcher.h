// Decides which server a request goes to, and who stands in when that one fails.
#pragma once

#include <string>

#include "messages/events/api_error.h"
#include "proxy/broker_parts.h"
#include "proxy/exchange.h"

namespace anyclaude {

// Thread-safe: one object serves every request.
class Dispatcher {
 public:
  explicit Dispatcher(const BrokerParts& parts) : parts_(parts) {}

  // The server that the first fitting rule names; without one it stays the mode's.
  void route(Exchange& exchange) const;

  // Before a server's try: finds out whether there is a server to fail over to.
  void begin_attempt(Exchange& exchange) const;
  // Before the server is asked anything. False, with a failure in the exchange, for one that failed a moment
  // ago and for which there is a failover.
  bool may_send(Exchange& exchange) const;
  // Before its answer is asked for. Reserves what it may cost. False, with a failure in the exchange, when it
  // may cost no more today.
  bool may_pay(Exchange& exchange) const;

  // Takes note of the exchange's failure. True when another server stands in: the exchange has begun again.
  bool fall_back(Exchange& exchange) const;
  // The failure without a failover, as the error that the client gets.
  ApiError last_word(const Exchange& exchange) const;

  // The request is over: takes note of who answered, and of what it cost.
  void finish(Exchange& exchange) const;

 private:
  std::string side_request_kind(Exchange& exchange, std::size_t tools, std::size_t messages) const;

  const BrokerParts& parts_;
};

}  // namespace anyclaude
