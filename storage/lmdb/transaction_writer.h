// The one thread of a process that writes to its store. What queues up while a transaction commits goes into
// the next one together.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "storage/lmdb/lmdb_environment.h"

namespace anyclaude::lmdb {

// Whether the caller learns of a failure through `done`; if not, the next flush() reports it.
enum class WriteCaller { waits, has_gone };

struct WriteJob {
  // Called once on the writer thread, before the transaction; the bytes that are going to be written. May be
  // empty.
  std::function<std::size_t()> prepare = {};
  // Returns LMDB's code; anything but 0 undoes the whole batch. May be called more than once, each time from
  // the state before the batch. Empty: nothing to do but to wait for what was queued before.
  std::function<int(Transaction&)> apply = {};
  // Instead of `apply`: work that begins its own transactions, or wants none to be open. It may take long;
  // callers of run() wait for it.
  std::function<Status()> alone = {};
  // Called on the writer thread when the batch is durable or has failed.
  std::function<void(const Status&)> done = {};
  WriteCaller caller = WriteCaller::has_gone;
};

// Upkeep that rides along with each batch and also runs every limits::kStoreUpkeepInterval. Called by the
// writer thread, due() by any.
class Eviction {
 public:
  // `counted`: hits that were counted in memory are to be written, few as they may be.
  enum class Extent { usual, counted };

  virtual ~Eviction() = default;
  // Thread-safe.
  virtual bool due(Extent extent) = 0;
  // Called before the first attempt of a batch.
  virtual void prepare(Extent extent) = 0;
  // `room_bytes`: of what comes next, for which there should be room.
  virtual int apply(Transaction& txn, std::size_t room_bytes) = 0;
  // Called when what apply() did is durable.
  virtual void settle() = 0;
  // Whether apply() stopped at its limit, so that the next round should follow at once.
  virtual bool unfinished() const = 0;
  // Whether so many bytes do not fit into the bound, and apply() could make room for them.
  virtual bool short_of(std::size_t room_bytes) = 0;
  // Whether the store was opened with more in it than its bound allows, and still has. It is brought down
  // beside the writes; no caller waits until that is done.
  virtual bool catching_up() const = 0;
};

// Thread-safe.
class TransactionWriter {
 public:
  TransactionWriter(std::shared_ptr<LmdbEnvironment> environment, std::shared_ptr<Eviction> eviction);
  // Writes what is queued. Gives up after limits::kStoreCloseWaitMax if another process sits on the write
  // lock; the thread then leaves as soon as it gets the lock, and holds the environment until then.
  ~TransactionWriter();
  TransactionWriter(const TransactionWriter&) = delete;
  TransactionWriter& operator=(const TransactionWriter&) = delete;

  void enqueue(WriteJob job);
  // Queues and waits, at most limits::kStoreWriteWaitMax (then Error{timed_out}; the job may still happen, so
  // it must own what it uses). Time in which a job runs alone does not count.
  Status run(std::function<int(Transaction&)> apply) { return run(WriteJob{.apply = std::move(apply)}); }
  // The same with a job's `prepare`; its other members are set here.
  Status run(WriteJob job);
  // Waits until everything queued before is written. The error is its own, or that of the first write since
  // the last flush that failed behind its caller's back.
  Status flush();

  // Waits for what this process has queued or counted, if there is anything, so that a walk of the tables
  // sees it. Takes no write lock otherwise. Failures are reported elsewhere.
  void settle();

  std::uint64_t failures() const;
  std::string last_error() const;

 private:
  struct State;
  using Batch = std::vector<WriteJob>;
  static void serve(const std::shared_ptr<State>& state);
  static Batch next_batch(State& state, bool& stopping, bool again);
  // True when the batch is durable.
  static bool write_batch(State& state, const Batch& batch, Eviction::Extent extent);
  static int write_with_room(State& state, const Batch& batch, std::size_t bytes);
  static int make_room(State& state, std::size_t bytes);
  static bool mend(State& state, const Batch& batch);
  static Status run_alone(State& state, const WriteJob& job);
  static void finish(State& state, const Batch& batch, const Status& status);

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace anyclaude::lmdb
