// Everything known about one Messages request while it is being answered. Lives on its connection's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/dialect/reply_decoder.h"
#include "backend/identity/backend.h"
#include "base/clock.h"
#include "cache/admission.h"
#include "cache/cache_control.h"
#include "cache/cache_status.h"
#include "canonical/canonical_request.h"
#include "http/server/response_writer.h"
#include "http/wire/http_message.h"
#include "messages/json/json_document.h"
#include "messages/request/messages_request.h"
#include "metrics/ledger.h"
#include "prompt/chain/prefix_chain.h"
#include "proxy/argument_listener.h"
#include "scheduler/backend_set.h"
#include "scheduler/circuit_breaker.h"
#include "scheduler/cost_ledger.h"
#include "storage/response_store.h"

namespace anyclaude {

// Names a server and what it runs.
inline std::string served_model(const BackendIdentity& identity) {
  return identity.fingerprint + '|' + identity.model;
}

// A server's answer could not be had, and the client has heard nothing yet: another server may stand in.
struct UpstreamFailure {
  ApiError error;
  FailureReason reason = FailureReason::unreachable;
};

// That another server answers than the one that was to.
struct Fallback {
  const BackendEntry* from = nullptr;
  FailureReason reason = FailureReason::unreachable;
};

struct Exchange {
  Exchange(const HttpRequest& http_request, ResponseWriter& writer, const BackendEntry& chosen,
           std::string id, SteadyTime now)
      : http(http_request), client(writer), target(&chosen), request_id(std::move(id)), received_at(now) {}

  const HttpRequest& http;  // its body has moved into `document`
  ResponseWriter& client;
  const BackendEntry* target;  // the server that is to answer
  const std::string request_id;
  const SteadyTime received_at;

  // Route
  std::optional<JsonDocument> document;
  std::string wanted_model;  // by the rule that chose the server; empty: the server's own, or the client's
  std::uint64_t prompt_tokens_guess = 0;  // from the body's size

  // In the verbatim lane, when there was something to cut.
  std::optional<JsonDocument> without_own_thinking;
  std::size_t own_thinking_removed = 0;  // blocks

  // Fallback
  std::optional<UpstreamFailure> failure;
  std::optional<Fallback> fallback;
  std::vector<const BackendEntry*> tried;  // that failed
  std::vector<std::string> too_costly;     // servers that did not stand in because of their caps
  std::vector<std::string> too_costly_why;
  bool may_fall_back = false;  // there is a server to fail over to
  bool was_asked = false;      // `target` was
  CostReservation cost;        // open while the answer of a paid server is made

  // Key
  std::optional<CanonicalRequest> canonical;
  CacheControl control;
  BackendIdentity identity;
  std::string session_id;
  std::optional<CacheKey> key;
  std::string partition;
  HeaderFields upstream_headers;  // in the verbatim lane: as `target` gets them
  std::string canonical_sha256;   // empty until it is needed (exchange_key.h)

  // Outcome so far
  CacheStatus status = CacheStatus::bypass;
  std::optional<BypassReason> bypass;
  std::optional<MissReason> miss;
  std::int64_t age_s = 0;

  // Parse
  std::optional<MessagesRequest> parsed;
  std::string working_directory;  // as the client says it; empty when it does not

  // Order and derive, in the rewritten lane
  std::optional<PrefixChain> chain;
  double expected_reuse = 0;  // of the prompt, 0 to 1
  ArgumentListener arguments;

  // Finish
  RequestEntry entry;

  Backend& backend() const { return *target->backend; }
  const BackendSettings& settings() const { return target->backend->settings(); }
  Lane lane() const { return settings().profile.lane(); }
  // Another server is to answer: everything found out for the one before is forgotten.
  void begin_again(const BackendEntry& next);

  // The parsed body, as this server is to get it.
  const JsonDocument& said() const { return without_own_thinking ? *without_own_thinking : *document; }
  // The bytes the client sent, less its own thinking where that was cut.
  std::string_view body() const { return document ? said().body() : std::string_view(http.body); }
  // Names a server and what it runs.
  std::string backend_name() const { return served_model(identity); }
  bool may_learn() const { return !control.no_store; }
  bool may_store() const { return status == CacheStatus::miss && key && !control.no_store; }
};

}  // namespace anyclaude
