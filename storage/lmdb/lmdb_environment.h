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
#include "storage/lmdb/file_check.h"
#include "storage/lmdb/kept_state.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/map_gate.h"
#include "storage/lmdb/presence_lock.h"
#include "storage/lmdb/sound_mark.h"
#include "storage/lmdb/store_bounds.h"
#include "storage/lmdb/store_counters.h"
#include "storage/lmdb/store_directory.h"
#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

// A reader whose heads are overwritten before it has read them begins again. Two commits must fall into that
// moment, so it hardly happens once.
inline constexpr int kReadAttemptsMax = 8;

class LmdbEnvironment;

// A slot in LMDB's table of readers, and the pages that it keeps from being used again.
struct ReadSlot {
  MDB_txn* raw = nullptr;
  Snapshot pages;
  Transaction view{Transaction::Kind::reads, nullptr, pages};
};

// A snapshot. Held for as long as a copy takes, never across a callback: while it is open, no page it sees is
// used again, and the file grows.
class ReadTransaction {
 public:
  ReadTransaction(LmdbEnvironment& environment, std::unique_ptr<ReadSlot> slot)
      : environment_(&environment), slot_(std::move(slot)) {}
  ReadTransaction(ReadTransaction&& other) noexcept = default;
  ReadTransaction& operator=(ReadTransaction&&) = delete;
  ~ReadTransaction();
  Transaction& get() const { return slot_->view; }

 private:
  LmdbEnvironment* environment_;
  std::unique_ptr<ReadSlot> slot_;
};

// Thread-safe, but for write(), compact() and mend(), which one thread calls. LMDB's codes are 0 for success;
// errors leave this room as values made by error().
//
// Reads go through Snapshot and so meet damage as a code. What liblmdb does with its memory map is guarded
// (fault_guard.h); after a fault the environment is given up, never closed, and another takes its place.
class LmdbEnvironment {
 public:
  static Result<std::unique_ptr<LmdbEnvironment>> open(const LmdbStoreOptions& options);
  ~LmdbEnvironment();
  LmdbEnvironment(const LmdbEnvironment&) = delete;
  LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;

  Result<ReadTransaction> begin_read();

  // `work` returns LMDB's code; anything but 0 undoes everything it did. It is called again from the start
  // when the map had to grow. `locked` is called once the write lock is held, before `work`; returning false
  // gives up with ECANCELED. Both run on a thread of their own.
  using Work = std::function<int(Transaction&)>;
  int write(const Work& work, const std::function<bool()>& locked);

  // Clears the reader slots of processes that died; their pages could not be used again. How many there were.
  std::uint64_t clear_stale_readers();
  // Replaces the file by a copy that holds nothing but what stands. Lookups go on but for the moment in which
  // the files change places.
  Result<CompactResult> compact(const ProgressReport& report);
  // The error compact() would end with at once; for callers that need not wait in line to hear it.
  Status may_compact() const;

  // Whether mend() has something to do: damage was met, or another process has set the file aside.
  bool needs_mending() const;
  // Where damaged files are set aside: looks whether the damage is real, and puts an empty file in place of
  // one that is damaged. True when another file is in place now, so that what failed may be tried again.
  bool mend();
  // Called, on any thread, when needs_mending() becomes true because damage was met. Set once, before the
  // environment is shared.
  void on_damage(std::function<void()> listener) { damage_listener_ = std::move(listener); }
  FileFindings check_file();
  // A row of a table that outlives an emptying was written; it outlives a damaged file, too. Thread-safe.
  void note_kept(KeptRow row);

  const Tables& tables() const { return tables_; }
  const StoreBounds& bounds() const { return bounds_; }
  StoreCounters& counters() { return counters_; }
  const StoreDirectory& directory() const { return *directory_; }
  const PresenceLock& presence() const { return *presence_; }
  std::uint64_t file_bytes() const { return directory_->data_file_bytes(); }
  std::uint64_t map_bytes() const { return map_bytes_; }
  // False when the file was deleted or replaced by another: what is written now goes when the
  // process ends. Called while a read transaction is open.
  bool file_is_in_place() const;
  std::uint64_t readers() const;
  // LMDB reports a write that was cut short as a mere EIO; ENOSPC when a full disk is the reason.
  int cause_of(int code) const;
  // Notes damage, too.
  Error error(int code, std::string_view what);
  // For a caller who waited limits::kStoreWriteWaitMax in vain: who is writing, as far as can be known.
  Error write_timeout() const;

 private:
  friend class ReadTransaction;
  LmdbEnvironment(std::unique_ptr<StoreDirectory> directory, std::unique_ptr<PresenceLock> presence,
                  const LmdbStoreOptions& options)
      : directory_(std::move(directory)),
        presence_(std::move(presence)),
        options_(options),
        bounds_(options.bytes_max) {}

  Status look_over();
  Status set_aside_closed(const FileFindings& findings);
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
  int attempt_on_thread(const Work& work, const std::function<bool()>& locked);
  int attempt(const Work& work, const std::function<bool()>& locked);
  int run_writer(Transaction& txn, const Work& work, const std::function<bool()>& locked);
  int take_slot(std::unique_ptr<ReadSlot>& slot);
  std::unique_ptr<ReadSlot> idle_slot();
  int renew(ReadSlot& slot);
  void give_back(std::unique_ptr<ReadSlot> slot);
  int grow();
  int resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max);
  int swap_files(const std::filesystem::path& fresh);
  void meet(int code);
  void mark_damage();
  std::vector<KeptRow> kept_rows();
  void take_kept();
  Status replace_file(const std::vector<std::string>& faults);
  FileFindings look_again(const std::vector<std::string>& faults);
  int remove_from_place(const FileFindings& findings, std::string& told);
  bool was_set_aside_by_another() const;
  void notice(const std::string& text) const;

  const std::unique_ptr<StoreDirectory> directory_;  // released last
  const std::unique_ptr<PresenceLock> presence_;
  const LmdbStoreOptions options_;
  StoreBounds bounds_;  // changes only while the store is opened
  StoreCounters counters_;
  MDB_env* env_ = nullptr;
  OpenFiles files_;  // of env_
  std::atomic<std::uint64_t> map_bytes_{0};
  Tables tables_;
  MapGate gate_;
  std::mutex idle_mutex_;
  std::vector<std::unique_ptr<ReadSlot>> idle_;  // reset read transactions, each with its reader slot
  Snapshot written_;                             // what the write transaction began from
  std::mutex kept_mutex_;
  std::vector<KeptRow> kept_;          // as they stood when the store was opened, and since
  std::atomic<bool> unusable_{false};  // there is no map, or it was left by a fault
  std::atomic<bool> suspect_{false};   // damage was met
  std::atomic<std::int64_t> mend_after_ms_{
      0};                                    // of the steady clock, so that what fails is not tried in a loop
  std::atomic<bool> faulted_{false};         // liblmdb was left by a fault: never close env_
  std::atomic<std::uint64_t> abandoned_{0};  // environments of liblmdb that were not closed
  SoundMark mark_;
  std::function<void()> damage_listener_;
};

}  // namespace anyclaude::lmdb
