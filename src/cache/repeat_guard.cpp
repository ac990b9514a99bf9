#include "cache/repeat_guard.h"

namespace anyclaude {
namespace {

std::string pair_id(std::string_view session_id, const Digest128& key) {
  const auto bytes = key.bytes();
  return std::string(bytes.data(), bytes.size()).append(session_id);
}

}  // namespace

Repetition RepeatGuard::check(std::string_view session_id, const Digest128& key) {
  if (session_id.empty()) return Repetition::fresh;
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(pair_id(session_id, key));
  if (found == by_id_.end()) return Repetition::fresh;
  const Pair& pair = *found->second;
  if (clock_.steady_now() - pair.last_delivery > kWindow) return Repetition::fresh;
  return pair.deliveries >= kAsksMax ? Repetition::asked_again : Repetition::fresh;
}

void RepeatGuard::delivered(std::string_view session_id, const Digest128& key) {
  if (session_id.empty()) return;
  const std::lock_guard lock(mutex_);
  std::string id = pair_id(session_id, key);
  const SteadyTime now = clock_.steady_now();
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    pairs_.splice(pairs_.begin(), pairs_, found->second);
  } else {
    pairs_.push_front({std::move(id), 0, now});
    by_id_.emplace(pairs_.front().id, pairs_.begin());
  }
  Pair& pair = pairs_.front();
  // What is delivered after asked_again is another answer, and counts from one.
  if (now - pair.last_delivery > kWindow || pair.deliveries >= kAsksMax) pair.deliveries = 0;
  ++pair.deliveries;
  pair.last_delivery = now;
  if (pairs_.size() > kPairsMax) {
    by_id_.erase(pairs_.back().id);
    pairs_.pop_back();
  }
}

}  // namespace anyclaude
