// Which servers failed a moment ago and are better left alone.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

// Why a server's answer could not be had although nothing was wrong with the request.
enum class FailureReason {
  unreachable,        // no connection
  name_not_resolved,  // no address
  no_reply,           // the connection ended, or its time did, before a reply began
  server_error,       // a status of 500 or above, or such an error before anything was said
  left_alone,         // it failed a moment ago and was not asked
  cost_cap,           // its answers have cost what they may
};
std::string_view name_of(FailureReason reason);

// What the end of an exchange without a reply says of the server.
FailureReason failure_reason(UpstreamEnd end);

// Thread-safe. One failed connection is enough; server errors count from kServerErrorsInARow on, for one may
// be about the request. After kServerLeftAloneTime one request may try again, while the others still stay
// away.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const Clock& clock) : clock_(clock) {}

  bool is_open(std::string_view server) const;
  // The same question by somebody who will ask the server now if he may.
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
