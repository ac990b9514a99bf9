// One LMDB environment: its memory map, its read transactions, and the one place that writes.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/map_gate.h"
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

  const Tables& tables() const { return tables_; }
  std::uint64_t file_bytes() const { return directory_->data_file_bytes(); }
  Error error(int code, std::string_view what) const;

 private:
  friend class ReadTransaction;
  explicit Environment(std::unique_ptr<StoreDirectory> directory) : directory_(std::move(directory)) {}

  int open_map(std::uint64_t map_bytes);
  std::uint64_t bytes_needed() const;
  int check_length();
  int extend_over_free_pages();
  Status prepare_tables(LmdbAccess access);
  int find_tables();
  int create_tables();
  Status check_format();
  int attempt(const Work& work, const std::function<bool()>& locked);
  int renew(MDB_txn*& txn);
  void give_back(MDB_txn* txn);
  int grow();
  int resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max);

  const std::unique_ptr<StoreDirectory> directory_;  // released last
  MDB_env* env_ = nullptr;
  Tables tables_;
  MapGate gate_;
  std::mutex idle_mutex_;
  std::vector<MDB_txn*> idle_;  // reset read transactions, each with its reader slot
  bool unusable_ = false;       // the map could not be put back; guarded by the gate
};

}  // namespace anyclaude::lmdb
