// Which servers failed a moment ago, so that requests go to others for a while.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/reason_table.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

// Why a server gave no answer although the request was right.
enum class FailureReason {
  unreachable,
  name_not_resolved,
  no_reply,      // the connection ended, or its time did, before a reply began
  server_error,  // a status of 500 or above, or such an error before the first byte for the client
  left_alone,    // its circuit breaker is open
  cost_cap,
};

inline constexpr std::array<ReasonRow<FailureReason>, 6> kFailureReasons{{
    {FailureReason::unreachable,
     {"unreachable", "No connection to the server could be made.",
      "Start the server, and check baseUrl and the port."}},
    {FailureReason::name_not_resolved,
     {"name_not_resolved", "The server's host name has no address.", "Check baseUrl and the network."}},
    {FailureReason::no_reply,
     {"no_reply", "The connection closed, or a timeout passed, before the reply began.",
      "Look into the server's log; raise timeouts.first_byte if it needs longer for a long prompt."}},
    {FailureReason::server_error,
     {"server_error", "The server reported an error of its own (status 500 or above).",
      "Look into the server's log."}},
    {FailureReason::left_alone,
     {"left_alone", "The server's circuit breaker is open: it failed less than 30 seconds ago.",
      "Nothing to do; the broker tries it again by itself."}},
    {FailureReason::cost_cap,
     {"cost_cap", "The answer could pass the server's cost_cap_usd_per_day.",
      "Raise the cap, or wait for the next day (UTC)."}},
}};
static_assert(describes_every_value(kFailureReasons));
std::string_view name_of(FailureReason reason);

// What the end of an exchange without a reply means for the server.
FailureReason failure_reason(UpstreamEnd end);

// Thread-safe. One failed connection opens it; server errors from kServerErrorsInARow on, for a single one
// may be about the request. After kServerLeftAloneTime it is half-open: one request may test the server, the
// others go elsewhere. An answer closes it.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const Clock& clock) : clock_(clock) {}

  bool is_open(std::string_view server) const;
  // The same question by a caller that will ask the server now if allowed: half-open lets one through.
  bool allows_request(std::string_view server);
  void failed(std::string_view server, FailureReason reason);
  void answered(std::string_view server);

 private:
  struct State {
    int errors_in_a_row = 0;
    bool is_down = false;
    SteadyTime try_again_at;
  };

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, State, std::less<>>
      states_;  // of servers that failed last: names of the configuration
};

}  // namespace anyclaude
