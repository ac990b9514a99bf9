#include "scheduler/circuit_breaker.h"

#include "base/limits.h"

namespace anyclaude {

static_assert(limits::kServerLeftAloneTime == std::chrono::seconds(30), "kFailureReasons spells it out");

std::string_view name_of(FailureReason reason) {
  return reason_in(kFailureReasons, reason).name;
}

FailureReason failure_reason(UpstreamEnd end) {
  switch (end) {
    case UpstreamEnd::name_not_resolved:
      return FailureReason::name_not_resolved;
    case UpstreamEnd::first_byte_timed_out:
    case UpstreamEnd::idle_timed_out:
    case UpstreamEnd::cut:
    case UpstreamEnd::protocol:
    case UpstreamEnd::too_large:
      return FailureReason::no_reply;
    default:
      return FailureReason::unreachable;
  }
}

bool CircuitBreaker::is_open(std::string_view server) const {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(server);
  return found != states_.end() && found->second.is_down && clock_.steady_now() < found->second.try_again_at;
}

bool CircuitBreaker::allows_request(std::string_view server) {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(server);
  if (found == states_.end() || !found->second.is_down) return true;
  const SteadyTime now = clock_.steady_now();
  if (now < found->second.try_again_at) return false;
  found->second.try_again_at = now + limits::kServerLeftAloneTime;
  return true;
}

void CircuitBreaker::failed(std::string_view server, FailureReason reason) {
  if (reason == FailureReason::left_alone || reason == FailureReason::cost_cap) return;
  const std::lock_guard lock(mutex_);
  State& state = states_[std::string(server)];
  ++state.errors_in_a_row;
  if (reason == FailureReason::server_error && state.errors_in_a_row < limits::kServerErrorsInARow) return;
  state.is_down = true;
  state.try_again_at = clock_.steady_now() + limits::kServerLeftAloneTime;
}

void CircuitBreaker::answered(std::string_view server) {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(server);
  if (found != states_.end()) states_.erase(found);
}

}  // namespace anyclaude
