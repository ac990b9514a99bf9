#include "tools/simserver/pace.h"

#include <algorithm>

namespace anyclaude::sim {
namespace {

std::chrono::nanoseconds time_for(std::size_t tokens, double per_second) {
  if (per_second <= 0) return {};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(static_cast<double>(tokens) / per_second));
}

double milliseconds_for(std::size_t tokens, double per_second) {
  return per_second > 0 ? static_cast<double>(tokens) * 1000.0 / per_second : 0.0;
}

}  // namespace

std::size_t Pace::prefill_batch(std::size_t left) const {
  return options_.prefill_tokens_per_second > 0 ? std::min(left, kPrefillBatchTokens) : left;
}

SteadyTime Pace::book_prefill(std::size_t tokens, SteadyTime earliest) {
  if (options_.prefill_tokens_per_second <= 0) return earliest;
  const std::lock_guard lock(mutex_);
  free_from_ = std::max(free_from_, earliest) + time_for(tokens, options_.prefill_tokens_per_second);
  return free_from_;
}

std::chrono::nanoseconds Pace::decode_time() const {
  return time_for(1, options_.decode_tokens_per_second);
}

double Pace::prefill_ms(std::size_t tokens) const {
  return milliseconds_for(tokens, options_.prefill_tokens_per_second);
}

double Pace::decode_ms(std::size_t tokens) const {
  return milliseconds_for(tokens, options_.decode_tokens_per_second);
}

}  // namespace anyclaude::sim
