#include "tools/simserver/host_cache.h"

namespace anyclaude::sim {
namespace {

// A state of which less than this would be used is too good to be taken apart.
constexpr double kKeptShareMin = 0.25;

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void HostCache::save(const Tokens& state) {
  if (state.empty() || state.size() * kStateBytesPerToken > bytes_max_) return;
  for (auto kept = states_.begin(); kept != states_.end();) {
    const std::size_t shared = common_prefix(*kept, state);
    if (shared == state.size()) return;
    if (shared == kept->size()) {
      tokens_ -= kept->size();
      kept = states_.erase(kept);
    } else {
      ++kept;
    }
  }
  states_.push_back(state);
  tokens_ += state.size();
  while (bytes() > bytes_max_) {
    tokens_ -= states_.front().size();
    states_.pop_front();
  }
}

std::optional<Tokens> HostCache::take_better(const Tokens& current, const Tokens& prompt) {
  const std::size_t found_now = common_prefix(current, prompt);
  double best_kept = share(found_now, current.size());
  double best_found = share(found_now, prompt.size());
  auto best = states_.end();
  for (auto state = states_.begin(); state != states_.end(); ++state) {
    const std::size_t shared = common_prefix(*state, prompt);
    const double kept = share(shared, state->size());
    const double found = share(shared, prompt.size());
    if (kept < kKeptShareMin || kept <= best_kept || found <= best_found) continue;
    best = state;
    best_kept = kept;
    best_found = found;
  }
  if (best == states_.end()) return std::nullopt;
  Tokens taken = std::move(*best);
  tokens_ -= taken.size();
  states_.erase(best);
  return taken;
}

}  // namespace anyclaude::sim
