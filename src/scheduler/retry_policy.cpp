#include "scheduler/retry_policy.h"

#include "base/limits.h"
#include "http/wire/retry_after.h"

namespace anyclaude {

using std::chrono::milliseconds;

std::optional<milliseconds> RetryPolicy::wait_after(UpstreamEnd end) {
  switch (end) {
    case UpstreamEnd::refused:
    case UpstreamEnd::name_not_resolved:
    case UpstreamEnd::connect_timed_out:
    case UpstreamEnd::proxy_failed:
      // A server that is just starting needs a moment; each wait is twice the last.
      return grant(limits::kRetryConnectWait * (1 << granted_));
    default:
      return std::nullopt;
  }
}

std::optional<milliseconds> RetryPolicy::wait_after(const UpstreamHead& refusal) {
  if (refusal.status != 429 && refusal.status != 503) return std::nullopt;
  const auto asked = read_retry_after(refusal.headers, clock_.system_now());
  return asked ? grant(*asked) : std::nullopt;
}

std::optional<milliseconds> RetryPolicy::grant(milliseconds wait) {
  const auto spent = clock_.steady_now() - started_;
  if (granted_ == limits::kRetriesMax || wait > limits::kRetryTimeMax || spent + wait > limits::kRetryTimeMax)
    return std::nullopt;
  ++granted_;
  return wait;
}

}  // namespace anyclaude
