// One LMDB environment: its memory map, its read transactions, and the one place that writes.
#pragma once

#include <lmdb.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/map_gate.h"
#include "storage/lmdb/presence_lock.h"
#include "storage/lmdb/store_bounds.h"
#include "storage/lmdb/store_counters.h"
#include "storage/lmdb/store_directory.h"
#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

class Environment;

// A snapshot. Held for as long as a copy takes, never across a callback: while it is open, no page it sees is
// used again, and the file grows.
class ReadTransaction {
 public:
  ReadTransaction(Environment& environment, MDB_txn* txn) : environment_(&environment), txn_(txn) {}
  ReadTransaction(ReadTransaction&& other) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) = delete;
  ~ReadTransaction();
  MDB_txn* get() const { return txn_; }

 private:
  Environment* environment_;
  MDB_txn* txn_;
};

// Thread-safe, but for write(), which one thread calls. LMDB's codes are 0 for success; errors leave this
// room as values made by error().
class Environment {
 public:
  static Result<std::unique_ptr<Environment>> open(const LmdbStoreOptions& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Result<ReadTransaction> begin_read();

  // `work` returns LMDB's code; anything but 0 undoes everything it did. It is called again from the start
  // when the map had to grow. `locked` is called once the write lock is held, before `work`; returning false
  // gives up with ECANCELED.
  using Work = std::function<int(MDB_txn*)>;
  int write(const Work& work, const std::function<bool()>& locked);

  // Clears the reader slots of processes that died; their pages could not be used again. How many there were.
  std::uint64_t clear_stale_readers();
  // Replaces the file by a copy that holds nothing but what stands. Called where write() is; lookups go on
  // but for the moment in which the files change places.
  Result<CompactResult> compact(const ProgressReport& report);
  // The error compact() would end with at once; for callers that need not wait in line to hear it.
  Status may_compact() const;

  const Tables& tables() const { return tables_; }
  const StoreBounds& bounds() const { return bounds_; }
  StoreCounters& counters() { return counters_; }
  const StoreDirectory& directory() const { return *directory_; }
  const PresenceLock& presence() const { return *presence_; }
  std::uint64_t file_bytes() const { return directory_->data_file_bytes(); }
  std::uint64_t map_bytes() const { return map_bytes_; }
  // False when somebody deleted the file or put another in its place: what is written now goes when the
  // process ends. Called while a read transaction is open.
  bool file_is_in_place() const;
  std::uint64_t readers() const;
  // LMDB reports a write that was cut short as a mere EIO; ENOSPC when a full disk is the reason.
  int cause_of(int code) const;
  Error error(int code, std::string_view what) const;
  // For a caller who waited limits::kStoreWriteWaitMax in vain: who is writing, as far as can be known.
  Error write_timeout() const;

 private:
  friend class ReadTransaction;
  Environment(std::unique_ptr<StoreDirectory> directory, std::unique_ptr<PresenceLock> presence,
              StoreBounds bounds)
      : directory_(std::move(directory)), presence_(std::move(presence)), bounds_(bounds) {}

  int open_map(std::uint64_t map_bytes);
  int open_map_of(std::uint64_t map_bytes);
  void close_map();
  Status prepare_tables(LmdbAccess access);
  Result<std::uint32_t> read_format();
  int find_tables();
  int create_tables();
  int take_over();
  Status note_bound();
  Status learn_bound();
  int attempt(const Work& work, const std::function<bool()>& locked);
  int renew(MDB_txn*& txn);
  void give_back(MDB_txn* txn);
  int grow();
  int resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max);
  int swap_files(const std::filesystem::path& fresh);

  const std::unique_ptr<StoreDirectory> directory_;  // released last
  const std::unique_ptr<PresenceLock> presence_;
  StoreBounds bounds_;  // changes only while the store is opened
  StoreCounters counters_;
  MDB_env* env_ = nullptr;
  std::atomic<std::uint64_t> map_bytes_{0};
  Tables tables_;
  MapGate gate_;
  std::mutex idle_mutex_;
  std::vector<MDB_txn*> idle_;  // reset read transactions, each with its reader slot
  bool unusable_ = false;       // the map could not be put back; guarded by the gate
};

}  // namespace anyclaude::lmdb
