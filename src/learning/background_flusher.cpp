#include "learning/background_flusher.h"

#include <limits>

#include "storage/learned_epoch.h"

namespace anyclaude {

BackgroundFlusher::BackgroundFlusher(StateStore& states, PromptOrderer& prompts, PrefixIndex& prefixes,
                                     TraceRing& traces, EntryProjects& projects, CostLedger& costs,
                                     Ledger& ledger, spdlog::logger& log)
    : states_(states),
      prompts_(prompts),
      prefixes_(prefixes),
      traces_(traces),
      projects_(projects),
      costs_(costs),
      ledger_(ledger),
      log_(log),
      epoch_(read_learned_epoch(states).value_or("")),
      thread_([this] { run(); }) {}

BackgroundFlusher::~BackgroundFlusher() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::stopping;
  }
  changed_.notify_one();
  thread_.join();
}

void BackgroundFlusher::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::idle) return;
    state_ = State::woken;
  }
  changed_.notify_one();
}

void BackgroundFlusher::settle() {
  std::unique_lock lock(mutex_);
  // A round that has begun may be past what is to be written.
  const std::uint64_t wanted = rounds_begun_ + 1;
  if (state_ == State::idle) state_ = State::woken;
  changed_.notify_one();
  settled_.wait(lock, [&] { return rounds_done_ >= wanted; });
}

void BackgroundFlusher::run() {
  while (true) {
    bool is_last = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return state_ != State::idle; });
      is_last = state_ == State::stopping;
      if (!is_last) state_ = State::idle;
      ++rounds_begun_;
    }
    write();
    {
      const std::lock_guard lock(mutex_);
      // No caller waits for a round after the last.
      rounds_done_ = is_last ? std::numeric_limits<std::uint64_t>::max() : rounds_begun_;
    }
    settled_.notify_all();
    if (is_last) return;
  }
}

void BackgroundFlusher::follow_purges() {
  const auto now = read_learned_epoch(states_);
  if (!now || *now == epoch_) return;
  epoch_ = *now;
  prompts_.forget();
  prefixes_.forget();
  traces_.forget();
  projects_.forget();
}

void BackgroundFlusher::write() {
  follow_purges();
  for (const Status& status :
       {costs_.flush(), prompts_.flush(), prefixes_.flush(), traces_.flush(), projects_.flush()}) {
    if (status) continue;
    ledger_.count_store_error();
    log_.warn("what was learned could not be stored: {}", status.error().message);
  }
}

}  // namespace anyclaude
