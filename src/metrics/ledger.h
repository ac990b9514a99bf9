// The ledger: what happened to each request, and what each layer saved.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "metrics/certainty.h"

namespace anyclaude {

// One finished Messages request. The names come from closed sets (CacheStatus, BypassReason, MissReason,
// AdmissionVerdict), so that the ledger stays bounded; they outlive the call.
struct RequestEntry {
  std::string_view status;     // HIT, MISS, ...
  std::string_view reason;     // of a bypass or a miss; empty for a hit
  std::string_view admission;  // empty when nothing was judged
  std::string_view backend;    // the name in the configuration of the server that answered or was to
  int http_status = 0;
  std::uint64_t retries = 0;  // calls of the upstream beyond the first, for want of an answer
  enum class End { delivered, client_left, failed } end = End::delivered;

  // Prompt tokens the upstream worked through, and those it already held. `prompt_certainty` says what is
  // known: measured, both figures are the server's; estimated, ours; unknown, only the prompt's size is
  // known.
  Certainty prompt_certainty = Certainty::unknown;
  std::uint64_t prompt_tokens_prefilled = 0;
  std::uint64_t prompt_tokens_reused = 0;
  std::uint64_t prompt_tokens_unknown = 0;
  // Of those, how many the broker expected the server to hold: an estimate, made before the call and set only
  // where the server reported afterwards what it held.
  std::uint64_t prompt_tokens_expected = 0;
  // Of the answer, when it was made for this request: the server's figure, or an estimate from its size.
  std::uint64_t output_tokens = 0;
  // Measured when the server reported the lengths of prompt and answer.
  Certainty usage_certainty = Certainty::estimated;
  // What a hit did not have to ask for, as stored when the answer was made.
  std::uint64_t saved_prompt_tokens = 0;
  std::uint64_t saved_output_tokens = 0;
  std::uint64_t saved_generation_ms = 0;

  double total_ms = 0;
  double first_byte_ms = 0;
};

// The server holds much less of a prompt than expected: it must have evicted it.
constexpr bool looks_evicted(std::uint64_t tokens_expected, std::uint64_t tokens_reused) {
  return tokens_reused < tokens_expected / 2 && tokens_expected > 256;
}

// Thread-safe.
class Ledger {
 public:
  explicit Ledger(const Clock& clock) : clock_(clock), started_(clock.steady_now()) {}

  void add(const RequestEntry& entry);
  void count_store_error();
  // A server gave no answer, for a reason out of a closed set; and a failover to another server. `backend` is
  // the name in the configuration.
  void count_failure(std::string_view backend, std::string_view reason);
  void count_stand_in(std::string_view backend);
  // The server dropped part of a prompt without an error.
  void count_prompt_cut(std::string_view backend);
  // Blocks of a local model's thinking that were cut out of one request to Anthropic.
  void count_own_thinking_removed(std::uint64_t blocks);

  // The figures as /metrics.json shows them, without the store's and the server's own.
  nlohmann::json snapshot() const;

 private:
  struct Times {
    std::uint64_t count = 0;
    double sum_ms = 0;
    double max_ms = 0;
    void add(double value_ms);
  };
  struct Tokens {
    std::uint64_t prefilled = 0;
    std::uint64_t reused = 0;
  };

  struct Server {
    std::uint64_t requests = 0;
    std::map<std::string, std::uint64_t, std::less<>> by_status;
    std::map<std::string, std::uint64_t, std::less<>> failures;
    std::uint64_t stood_in = 0;
    std::uint64_t prompts_cut = 0;
    std::array<Tokens, kCertaintyCount> tokens{};
    std::uint64_t unknown_prompt_tokens = 0;
    std::uint64_t output_tokens = 0;
  };
  nlohmann::json servers_json() const;

  const Clock& clock_;
  const SteadyTime started_;
  mutable std::mutex mutex_;
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_status_;
  std::map<std::string, std::uint64_t, std::less<>> bypass_reasons_;
  std::map<std::string, std::uint64_t, std::less<>> miss_reasons_;
  std::map<std::string, std::uint64_t, std::less<>> admissions_;
  std::map<int, std::uint64_t> by_http_status_;
  std::map<std::string, Server, std::less<>> servers_;
  std::uint64_t client_left_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t retries_ = 0;
  std::uint64_t store_errors_ = 0;
  std::uint64_t own_thinking_requests_ = 0;
  std::uint64_t own_thinking_blocks_ = 0;
  std::array<Tokens, kCertaintyCount> tokens_{};
  std::uint64_t unknown_prompt_tokens_ = 0;
  std::uint64_t expected_prompt_tokens_ = 0;
  std::uint64_t evictions_ = 0;
  std::uint64_t saved_prompt_tokens_ = 0;
  std::uint64_t saved_output_tokens_ = 0;
  std::uint64_t saved_generation_ms_ = 0;
  std::map<std::string, Times, std::less<>> total_times_;
  std::map<std::string, Times, std::less<>> first_byte_times_;
};

}  // namespace anyclaude
