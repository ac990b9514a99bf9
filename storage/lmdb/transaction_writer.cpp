#include "storage/lmdb/transaction_writer.h"

#include <algorithm>
#include <cerrno>
#include <future>
#include <utility>

#include "base/limits.h"

namespace anyclaude::lmdb {

// Shared with the thread, which may outlive the writer.
struct TransactionWriter::State {
  enum class Phase { idle, waiting_for_lock, writing, finished };

  std::shared_ptr<Environment> environment;
  std::shared_ptr<Tidying> tidying;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<WriteJob> queue;
  Phase phase = Phase::idle;
  bool stopping = false;
  bool abandoned = false;
  std::uint64_t failures = 0;
  std::string last_error;
  std::optional<Error> unreported;

  // Called with the write lock held; false when nobody waits for the outcome any more.
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
  void note_failure(const Error& error, WriteCaller caller) {
    const std::lock_guard lock(mutex);
    ++failures;
    last_error = error.message;
    if (caller == WriteCaller::has_gone && !unreported) unreported = error;
  }
};

TransactionWriter::TransactionWriter(std::shared_ptr<Environment> environment,
                                     std::shared_ptr<Tidying> tidying)
    : state_(std::make_shared<State>()) {
  state_->environment = std::move(environment);
  state_->tidying = std::move(tidying);
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

Status TransactionWriter::run(std::function<int(MDB_txn*)> apply) {
  const auto outcome = std::make_shared<std::promise<Status>>();
  auto waiting = outcome->get_future();
  enqueue({std::move(apply), [outcome](const Status& status) { outcome->set_value(status); },
           WriteCaller::waits});
  if (waiting.wait_for(limits::kStoreWriteWaitMax) != std::future_status::ready)
    return fail(ErrorKind::timed_out, ErrorSource::store,
                "The store could not be written in time: another process holds its write lock, or the disk "
                "is slow.",
                Retry::later);
  return waiting.get();
}

Status TransactionWriter::flush() {
  Status status = run({});
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
  const bool counted = state_->tidying->due();
  if (counted || !resting()) (void)run({});
}

std::uint64_t TransactionWriter::failures() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failures;
}

std::string TransactionWriter::last_error() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_error;
}

void TransactionWriter::serve(const std::shared_ptr<State>& state) {
  for (bool again = false;;) {
    std::deque<WriteJob> batch;
    bool stopping = false;
    {
      std::unique_lock lock(state->mutex);
      state->phase = State::Phase::idle;
      state->changed.wait_for(lock, limits::kStoreTidyInterval,
                              [&] { return state->stopping || !state->queue.empty() || again; });
      while (!state->queue.empty() && batch.size() < limits::kStoreBatchJobsMax) {
        batch.push_back(std::move(state->queue.front()));
        state->queue.pop_front();
      }
      if (!batch.empty()) state->phase = State::Phase::waiting_for_lock;
      stopping = state->stopping;
    }
    const bool last = stopping && batch.empty();
    again = (!batch.empty() || state->tidying->due()) && write_batch(*state, std::move(batch)) &&
            state->tidying->unfinished();
    const std::lock_guard lock(state->mutex);
    if (last || state->abandoned) break;
  }
  state->enter(State::Phase::finished);
}

bool TransactionWriter::write_batch(State& state, std::deque<WriteJob> batch) {
  state.enter(State::Phase::waiting_for_lock);
  state.tidying->prepare();
  const auto work = [&](MDB_txn* txn) {
    for (const WriteJob& job : batch) {
      if (!job.apply) continue;
      if (const int code = job.apply(txn); code != 0) return code;
    }
    return state.tidying->apply(txn);
  };
  const int code = state.environment->write(work, [&] { return state.begin_writing(); });
  Status status;
  if (code != 0) {
    status = tl::unexpected(state.environment->error(code, "written"));
    const bool somebody_has_gone = std::any_of(
        batch.begin(), batch.end(), [](const WriteJob& job) { return job.caller == WriteCaller::has_gone; });
    state.note_failure(status.error(), somebody_has_gone ? WriteCaller::has_gone : WriteCaller::waits);
  }
  for (const WriteJob& job : batch)
    if (job.done) job.done(status);
  return code == 0;
}

}  // namespace anyclaude::lmdb
