// Keeps a bad answer from trapping an agent: one session that asks the same question for the third time
// within two minutes of a fully delivered answer wants another answer (`asked_again`).
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/digest.h"

namespace anyclaude {

enum class Repetition { fresh, asked_again };

// Thread-safe, bounded: the least recently used pairs are forgotten.
class RepeatGuard {
 public:
  explicit RepeatGuard(const Clock& clock) : clock_(clock) {}
  static constexpr std::chrono::seconds kWindow{120};
  static constexpr int kAsksMax = 2;
  static constexpr std::size_t kPairsMax = 4'096;

  // Called when a request is keyed. Without a session nothing is known and the answer is `fresh`.
  Repetition check(std::string_view session_id, const Digest128& key);
  // Called when an answer reached the client whole. A retry of an undelivered answer therefore still hits.
  void delivered(std::string_view session_id, const Digest128& key);

 private:
  struct Pair {
    std::string id;
    int deliveries = 0;
    SteadyTime last_delivery;
  };
  const Clock& clock_;
  std::mutex mutex_;
  std::list<Pair> pairs_;  // most recent first
  std::unordered_map<std::string, std::list<Pair>::iterator> by_id_;
};

}  // namespace anyclaude
