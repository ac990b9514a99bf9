// Takes one Messages request through its steps (request_steps.h).
#pragma once

#include "proxy/broker_parts.h"
#include "proxy/dispatcher.h"
#include "proxy/exchange.h"
#include "proxy/rewritten_forwarder.h"
#include "proxy/verbatim_forwarder.h"

namespace anyclaude {

// Thread-safe: one pipeline serves every connection.
class RequestPipeline {
 public:
  explicit RequestPipeline(const BrokerParts& parts)
      : parts_(parts), dispatcher_(parts), rewritten_(parts), verbatim_(parts) {}

  // Answers the client in every case.
  void handle(HttpRequest& request, ResponseWriter& client);

 private:
  enum class Next { go_on, answered };

  Next read_body(Exchange& exchange, HttpRequest& request);
  // One server's try: every step from the key to the answer, or a failure in the exchange.
  void run_attempt(Exchange& exchange);
  Next run_key(Exchange& exchange);
  void remove_own_thinking(Exchange& exchange);
  Next identify_backend(Exchange& exchange);
  void make_key(Exchange& exchange);
  std::optional<StoredResponse> run_lookup(Exchange& exchange);
  std::optional<StoredResponse> adopt_import(Exchange& exchange);
  void run_replay(Exchange& exchange, const StoredResponse& stored);
  Next run_parse(Exchange& exchange);
  Next answer_side_request(Exchange& exchange);
  void run_order(Exchange& exchange);
  void run_derive(Exchange& exchange);
  void keep_learned(Exchange& exchange);
  void trace(const Exchange& exchange);
  void run_forward(Exchange& exchange);
  void run_finish(Exchange& exchange);
  void run(Exchange& exchange, HttpRequest& request);

  void bypass(Exchange& exchange, BypassReason reason);

  const BrokerParts& parts_;
  Dispatcher dispatcher_;
  RewrittenForwarder rewritten_;
  VerbatimForwarder verbatim_;
};

}  // namespace anyclaude
