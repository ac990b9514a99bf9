#include "storage/lmdb/transaction_writer.h"

#include <algorithm>
#include <cerrno>
#include <future>
#include <utility>

#include "base/limits.h"

namespace anyclaude::lmdb {

// Shared with the thread, which may outlive the writer.
struct TransactionWriter::State {
  enum class Phase { idle, waiting_for_lock, writing, alone, finished };

  std::shared_ptr<LmdbEnvironment> environment;
  std::shared_ptr<Eviction> eviction;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<WriteJob> queue;
  Phase phase = Phase::idle;
  bool stopping = false;
  bool abandoned = false;
  std::uint64_t failures = 0;
  std::string last_error;
  std::optional<Error> unreported;

  // Called with the write lock held; false when no caller waits for the outcome any more.
  bool begin_writing() {
    const std::lock_guard lock(mutex);
    if (!abandoned) phase = Phase::writing;
    return !abandoned;
  }
  void enter(Phase next) {
    const std::lock_guard lock(mutex);
    phase = next;
    changed.notify_all();
  }
  bool is_alone() const {
    const std::lock_guard lock(mutex);
    return phase == Phase::alone;
  }
  void note_failure(const Error& error, WriteCaller caller) {
    const std::lock_guard lock(mutex);
    ++failures;
    last_error = error.message;
    if (caller == WriteCaller::has_gone && !unreported) unreported = error;
  }
};

TransactionWriter::TransactionWriter(std::shared_ptr<LmdbEnvironment> environment,
                                     std::shared_ptr<Eviction> eviction)
    : state_(std::make_shared<State>()) {
  state_->environment = std::move(environment);
  state_->eviction = std::move(eviction);
  state_->environment->on_damage([state = std::weak_ptr<State>(state_)] {
    if (const auto alive = state.lock()) alive->changed.notify_all();
  });
  thread_ = std::thread([state = state_] { serve(state); });
}

TransactionWriter::~TransactionWriter() {
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
    const auto finished = [this] { return state_->phase == State::Phase::finished; };
    while (!state_->changed.wait_for(lock, limits::kStoreCloseWaitMax, finished)) {
      if (state_->phase != State::Phase::waiting_for_lock) continue;
      state_->abandoned = true;
      break;
    }
  }
  if (state_->abandoned)
    thread_.detach();
  else
    thread_.join();
}

void TransactionWriter::enqueue(WriteJob job) {
  const std::lock_guard lock(state_->mutex);
  state_->queue.push_back(std::move(job));
  state_->changed.notify_all();
}

Status TransactionWriter::run(WriteJob job) {
  const auto outcome = std::make_shared<std::promise<Status>>();
  auto waiting = outcome->get_future();
  job.done = [outcome](const Status& status) { outcome->set_value(status); };
  job.caller = WriteCaller::waits;
  enqueue(std::move(job));
  do {
    if (waiting.wait_for(limits::kStoreWriteWaitMax) == std::future_status::ready) return waiting.get();
  } while (state_->is_alone());
  ++state_->environment->counters().write_timeouts;
  return tl::unexpected(state_->environment->write_timeout());
}

Status TransactionWriter::flush() {
  Status status = run(WriteJob{});
  const std::lock_guard lock(state_->mutex);
  if (auto earlier = std::exchange(state_->unreported, std::nullopt); earlier)
    return tl::unexpected(*earlier);
  return status;
}

void TransactionWriter::settle() {
  const auto resting = [this] {
    const std::lock_guard lock(state_->mutex);
    return state_->queue.empty() && state_->phase == State::Phase::idle;
  };
  // In this order: hits that a batch has just taken along are on their way until it rests again.
  const bool counted = state_->eviction->due(Eviction::Extent::counted);
  if (counted || !resting()) (void)run(WriteJob{});
}

std::uint64_t TransactionWriter::failures() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failures;
}

std::string TransactionWriter::last_error() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_error;
}

TransactionWriter::Batch TransactionWriter::next_batch(State& state, bool& stopping, bool again) {
  Batch batch;
  std::unique_lock lock(state.mutex);
  state.phase = State::Phase::idle;
  state.changed.wait_for(lock, limits::kStoreUpkeepInterval, [&] {
    return state.stopping || !state.queue.empty() || again || state.environment->needs_mending();
  });
  const std::size_t jobs_max = state.environment->bounds().jobs_max();
  while (!state.queue.empty() && batch.size() < jobs_max) {
    if (state.queue.front().alone && !batch.empty()) break;
    batch.push_back(std::move(state.queue.front()));
    state.queue.pop_front();
    if (batch.back().alone) break;
  }
  if (!batch.empty()) state.phase = State::Phase::waiting_for_lock;
  stopping = state.stopping;
  return batch;
}

void TransactionWriter::serve(const std::shared_ptr<State>& state) {
  for (bool again = false;;) {
    bool stopping = false;
    const Batch batch = next_batch(*state, stopping, again);
    const bool last = stopping && batch.empty();
    if (state->environment->needs_mending()) mend(*state, batch);
    if (batch.size() == 1 && batch.front().alone) {
      finish(*state, batch, run_alone(*state, batch.front()));
    } else {
      const auto extent = last ? Eviction::Extent::counted : Eviction::Extent::usual;
      again = (!batch.empty() || state->eviction->due(extent)) && write_batch(*state, batch, extent) &&
              state->eviction->unfinished();
    }
    const std::lock_guard lock(state->mutex);
    if (last || state->abandoned) break;
  }
  state->enter(State::Phase::finished);
}

// Takes long where the file is large; the callers that wait for `batch` keep waiting.
bool TransactionWriter::mend(State& state, const Batch& batch) {
  state.enter(State::Phase::alone);
  const bool mended = state.environment->mend();
  state.enter(batch.empty() ? State::Phase::idle : State::Phase::waiting_for_lock);
  return mended;
}

Status TransactionWriter::run_alone(State& state, const WriteJob& job) {
  state.enter(State::Phase::alone);
  return job.alone();
}

void TransactionWriter::finish(State& state, const Batch& batch, const Status& status) {
  if (!status) {
    const bool somebody_has_gone = std::any_of(
        batch.begin(), batch.end(), [](const WriteJob& job) { return job.caller == WriteCaller::has_gone; });
    state.note_failure(status.error(), somebody_has_gone ? WriteCaller::has_gone : WriteCaller::waits);
  }
  for (const WriteJob& job : batch)
    if (job.done) job.done(status);
}

// A batch goes in as many transactions as its bytes ask for.
bool TransactionWriter::write_batch(State& state, const Batch& batch, Eviction::Extent extent) {
  state.enter(State::Phase::waiting_for_lock);
  const std::size_t bytes_max = state.environment->bounds().batch_bytes_max();
  bool durable = true;
  auto at = batch.begin();
  do {
    Batch part;
    std::size_t bytes = 0;
    for (; at != batch.end() && (part.empty() || bytes < bytes_max); ++at) {
      if (at->prepare) bytes += at->prepare();
      part.push_back(*at);
    }
    // A caller that waits for nothing in particular waits for everything.
    const bool flushes =
        std::any_of(part.begin(), part.end(), [](const WriteJob& job) { return !job.apply; });
    state.eviction->prepare(flushes ? Eviction::Extent::counted : extent);
    const int code = write_with_room(state, part, bytes);
    durable = durable && code == 0;
    if (code == 0) {
      state.eviction->settle();
      finish(state, part, {});
    } else {
      state.environment->counters().note_failure(state.environment->cause_of(code));
      finish(state, part, tl::unexpected(state.environment->error(code, "written")));
    }
  } while (at != batch.end());
  return durable;
}

int TransactionWriter::write_with_room(State& state, const Batch& batch, std::size_t bytes) {
  // The pages that one round frees can be used in the second round after it.
  constexpr int kRoundsMax = 12;
  const auto work = [&](Transaction& txn) {
    for (const WriteJob& job : batch) {
      if (!job.apply) continue;
      if (const int code = job.apply(txn); code != 0) return code;
    }
    return state.eviction->apply(txn, bytes);
  };
  std::size_t room = bytes;
  for (int round = 0;; ++round) {
    int code = make_room(state, room);
    if (code == 0 || code == MDB_MAP_FULL)
      code = state.environment->write(work, [&] { return state.begin_writing(); });
    if (code == 0 || round == kRoundsMax) return code;
    // What could not be written to a damaged file is written to the one that takes its place.
    if (state.environment->needs_mending() && mend(state, batch)) continue;
    if (code != MDB_MAP_FULL) return code;
    room += std::max(bytes, state.environment->bounds().batch_bytes_max());
  }
}

// In transactions of their own, so that none takes long.
int TransactionWriter::make_room(State& state, std::size_t bytes) {
  while (state.eviction->short_of(bytes)) {
    const int code =
        state.environment->write([&](Transaction& txn) { return state.eviction->apply(txn, bytes); },
                                 [&] { return state.begin_writing(); });
    if (code != 0) return code;
    state.eviction->settle();
    if (!state.eviction->unfinished() || state.eviction->catching_up()) return 0;
  }
  return 0;
}

}  // namespace anyclaude::lmdb
