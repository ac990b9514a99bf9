// The one thread of a process that writes to its store. What queues up while a transaction commits goes into
// the next one together.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "storage/lmdb/environment.h"

namespace anyclaude::lmdb {

// Whether somebody learns of a failure through `done`; if not, the next flush() tells it.
enum class WriteCaller { waits, has_gone };

struct WriteJob {
  // Returns LMDB's code; anything but 0 undoes the whole batch. May be called more than once, each time from
  // the state before the batch. Empty: nothing to do but to wait for what was queued before.
  std::function<int(MDB_txn*)> apply;
  // Called on the writer thread when the batch is durable or has failed.
  std::function<void(const Status&)> done;
  WriteCaller caller = WriteCaller::has_gone;
};

// Upkeep that rides along with each batch and also runs every limits::kStoreTidyInterval. Called by the
// writer thread, due() by any.
class Tidying {
 public:
  virtual ~Tidying() = default;
  // Thread-safe.
  virtual bool due() = 0;
  // Called before the first attempt of a batch.
  virtual void prepare() = 0;
  virtual int apply(MDB_txn* txn) = 0;
  // Whether apply() stopped at its limit, so that the next round should follow at once.
  virtual bool unfinished() const = 0;
};

// Thread-safe.
class TransactionWriter {
 public:
  TransactionWriter(std::shared_ptr<Environment> environment, std::shared_ptr<Tidying> tidying);
  // Writes what is queued. Gives up after limits::kStoreCloseWaitMax if another process sits on the write
  // lock; the thread then leaves as soon as it gets the lock, and holds the environment until then.
  ~TransactionWriter();
  TransactionWriter(const TransactionWriter&) = delete;
  TransactionWriter& operator=(const TransactionWriter&) = delete;

  void enqueue(WriteJob job);
  // Queues and waits, at most limits::kStoreWriteWaitMax (then Error{timed_out}; the job may still happen, so
  // it must own what it touches).
  Status run(std::function<int(MDB_txn*)> apply);
  // Waits until everything queued before is written. The error is its own, or that of the first write since
  // the last flush that failed behind its caller's back.
  Status flush();

  // Waits for what this process has queued or counted, if there is anything, so that a walk of the tables
  // sees it. Takes no write lock otherwise. Failures are told elsewhere.
  void settle();

  std::uint64_t failures() const;
  std::string last_error() const;

 private:
  struct State;
  static void serve(const std::shared_ptr<State>& state);
  // True when the batch is durable.
  static bool write_batch(State& state, std::deque<WriteJob> batch);

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace anyclaude::lmdb
