// When a call that came to nothing is made again. The rewritten lane alone does so: in the other one, the
// client and Anthropic settle it between them.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

// Of one request. At most kRetriesMax times, and not later than kRetryTimeMax after the request's first call:
// what a server asks beyond that is the client's to wait for. To be asked only while the client has not heard
// anything.
class RetryPolicy {
 public:
  explicit RetryPolicy(const Clock& clock) : clock_(clock), started_(clock.steady_now()) {}

  // How long to wait before the next call; nothing when there should be none. Counts what it grants.
  //
  // For a call that ended without a reply: only where no connection came about, for else the server may be
  // at work on the request.
  std::optional<std::chrono::milliseconds> wait_after(UpstreamEnd end);
  // For a call that was refused: 429 and 503 that say for how long (Retry-After).
  std::optional<std::chrono::milliseconds> wait_after(const UpstreamHead& refusal);

 private:
  std::optional<std::chrono::milliseconds> grant(std::chrono::milliseconds wait);

  const Clock& clock_;
  const SteadyTime started_;
  int granted_ = 0;
};

}  // namespace anyclaude
