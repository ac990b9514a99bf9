// How fast the simulated hardware is. Prefill is one resource that all slots share; decoding is batched, so
// every slot decodes at full speed.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

#include "base/clock.h"

namespace anyclaude::sim {

// Tokens per second; 0 means without delay.
struct PaceOptions {
  double prefill_tokens_per_second = 0;
  double decode_tokens_per_second = 0;
};

// Thread-safe.
class Pace {
 public:
  // Prompts are worked off in batches of this size, in turn with other slots' batches. Small, so that little
  // is wasted on a client that leaves.
  static constexpr std::size_t kPrefillBatchTokens = 64;

  explicit Pace(PaceOptions options) : options_(options) {}

  // The size of the next batch of a prompt of which `left` tokens are to do: all of it without delay.
  std::size_t prefill_batch(std::size_t left) const;
  // Books the hardware for a batch, not before `earliest` (when the batch before it ended). Returns when the
  // batch is done.
  SteadyTime book_prefill(std::size_t tokens, SteadyTime earliest);
  // What one generated token takes.
  std::chrono::nanoseconds decode_time() const;

  // The time the work takes on idle hardware: what servers report, here the same on every run.
  double prefill_ms(std::size_t tokens) const;
  double decode_ms(std::size_t tokens) const;

 private:
  const PaceOptions options_;
  std::mutex mutex_;
  SteadyTime free_from_{};
};

}  // namespace anyclaude::sim
