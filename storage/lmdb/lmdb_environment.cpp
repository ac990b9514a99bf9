#include "storage/lmdb/lmdb_environment.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <string>
#include <system_error>
#include <utility>

#include "base/limits.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {
namespace {

// Codes by which liblmdb and our own reader say that the file is not what it was.
bool is_damage(int code) {
  switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_PANIC:
    case MDB_BAD_TXN:
    case kFaulted:
      return true;
    default:
      return false;
  }
}

}  // namespace

ReadTransaction::~ReadTransaction() {
  if (slot_) environment_->give_back(std::move(slot_));
}

LmdbEnvironment::~LmdbEnvironment() {
  if (!faulted_ && !suspect_) mark_.leave(directory_->path());
  close_map();
}

int LmdbEnvironment::open_map(std::uint64_t map_bytes) {
  std::uint64_t wanted = std::min(map_bytes, bounds_.file_bytes_max());
  // A file whose bound was lowered may have no page free, and LMDB needs some to remove what is too much.
  if (const std::uint64_t file = file_bytes(); file > bounds_.file_bytes_max())
    wanted = file + StoreBounds::spare_bytes(file);
  const int code = open_map_of(wanted);
  if (code != ENOMEM || wanted <= limits::kStoreMapBytesSmall) return code;
  close_map();
  return open_map_of(limits::kStoreMapBytesSmall);
}

int LmdbEnvironment::open_map_of(std::uint64_t map_bytes) {
  install_fault_handlers();
  if (const int code = mdb_env_create(&env_); code != 0) return code;
  mdb_env_set_assert(env_, leave_on_assertion);
  // A map smaller than the file is made as large as the file by LMDB itself.
  if (const int code = mdb_env_set_mapsize(env_, map_bytes); code != 0) return code;
  if (const int code = mdb_env_set_maxdbs(env_, kTablesMax); code != 0) return code;
  if (const int code = mdb_env_set_maxreaders(env_, limits::kStoreReadersMax); code != 0) return code;
  // MDB_NOTLS: reader slots belong to transactions, not to the many short-lived threads of a server.
  const char* const path = directory_->path().c_str();
  MDB_envinfo info{};
  const int opened = guarded([&] {
    const int code = mdb_env_open(env_, path, MDB_NOTLS, 0600);
    if (code == 0) mdb_env_info(env_, &info);
    return code;
  });
  if (opened == kFaulted) faulted_ = true;
  if (opened != 0) return opened;
  map_bytes_ = info.me_mapsize;
  // Model servers that a broker launches must not inherit the store.
  mdb_filehandle_t file = -1;
  mdb_env_get_fd(env_, &file);
  if (::fcntl(file, F_SETFD, FD_CLOEXEC) != 0) return errno;
  return files_.open(file, directory_->path() / kLockFileName);
}

// No thread reads or writes, and none begins to. What was left by a fault is never touched again, nor closed:
// the system's library of threads may still point to the mutexes of that lock.mdb, and writes there when the
// next one is taken. Where lock.mdb is damaged, nothing tells whether it does.
void LmdbEnvironment::close_map() {
  static std::vector<std::unique_ptr<ReadSlot>>& abandoned = *new std::vector<std::unique_ptr<ReadSlot>>;
  static std::vector<MDB_env*>& abandoned_environments = *new std::vector<MDB_env*>;
  static std::mutex& mutex = *new std::mutex;
  MDB_env* const env = std::exchange(env_, nullptr);
  if (files_.are_open() && files_.check_lock() != 0) faulted_ = true;
  if (!faulted_) {
    for (const auto& slot : idle_) {
      const int code = guarded([raw = slot->raw] {
        mdb_txn_abort(raw);
        return 0;
      });
      if (code == kFaulted) faulted_ = true;
    }
    if (!faulted_ && env != nullptr) {
      const int code = guarded([env] {
        mdb_env_close(env);
        return 0;
      });
      if (code == kFaulted) faulted_ = true;
    }
  }
  if (faulted_ && env != nullptr) {
    const std::lock_guard lock(mutex);
    abandoned_environments.push_back(env);
    ++abandoned_;
    for (auto& slot : idle_) abandoned.push_back(std::move(slot));
    files_.give_up();
  }
  idle_.clear();
  files_.close();
  written_ = {};
}

std::uint64_t LmdbEnvironment::clear_stale_readers() {
  gate_.enter();
  int dead = 0;
  int code = MDB_PANIC;
  if (!unusable_) code = guarded([&] { return mdb_reader_check(env_, &dead); });
  if (code == kFaulted) meet(code);
  gate_.leave();
  if (code != 0 || dead <= 0) return 0;
  counters_.stale_readers += static_cast<std::uint64_t>(dead);
  return static_cast<std::uint64_t>(dead);
}

std::uint64_t LmdbEnvironment::readers() const {
  std::uint64_t lines = 0;
  const auto count = [](const char*, void* context) {
    ++*static_cast<std::uint64_t*>(context);
    return 0;
  };
  (void)guarded([&] { return mdb_reader_list(env_, count, &lines); });
  return lines > 0 ? lines - 1 : 0;  // the first line is the table's head
}

bool LmdbEnvironment::file_is_in_place() const {
  const auto named = identity_of(directory_->path() / kDataFileName);
  return named && named->is_same_file(files_.data());
}

Result<ReadTransaction> LmdbEnvironment::begin_read() {
  int code = 0;
  for (int attempt = 0; attempt < kReadAttemptsMax; ++attempt) {
    std::unique_ptr<ReadSlot> slot;
    code = take_slot(slot);
    if (code == MDB_MAP_RESIZED) {
      code = resize(0, limits::kStoreReadWaitMax);
      if (code == 0) code = take_slot(slot);
    }
    if (code != 0) break;
    code = slot->pages.open(files_.data_file(), mdb_txn_id(slot->raw));
    ReadTransaction reading(*this, std::move(slot));
    if (code == 0) return reading;
    if (code != EAGAIN) break;
    code = MDB_CORRUPTED;
  }
  return tl::unexpected(error(code, "read"));
}

// Leaves the gate entered when it succeeds; give_back() leaves it. A slot belongs to one environment of
// liblmdb, so it changes hands only inside the gate: outside another environment may take the place of its
// own.
int LmdbEnvironment::take_slot(std::unique_ptr<ReadSlot>& slot) {
  gate_.enter();
  slot = idle_slot();
  const int code = renew(*slot);
  if (code == 0) return 0;
  meet(code);
  {
    // What a fault has left is kept, for it cannot be given back.
    const std::lock_guard lock(idle_mutex_);
    if (slot->raw != nullptr) idle_.push_back(std::move(slot));
  }
  slot.reset();
  gate_.leave();
  return code;
}

std::unique_ptr<ReadSlot> LmdbEnvironment::idle_slot() {
  const std::lock_guard lock(idle_mutex_);
  if (idle_.empty()) return std::make_unique<ReadSlot>();
  auto slot = std::move(idle_.back());
  idle_.pop_back();
  return slot;
}

int LmdbEnvironment::renew(ReadSlot& slot) {
  int code = unusable_ ? MDB_PANIC : files_.check();
  if (code == 0)
    code = guarded([&] {
      return slot.raw != nullptr ? mdb_txn_renew(slot.raw)
                                 : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &slot.raw);
    });
  // A transaction that could not be renewed is dropped with its slot; one that did not begin is not there,
  // and one that was left by a fault is not touched.
  if (code != 0 && slot.raw != nullptr && code != kFaulted && !unusable_)
    (void)guarded([raw = std::exchange(slot.raw, nullptr)] {
      mdb_txn_abort(raw);
      return 0;
    });
  return code;
}

void LmdbEnvironment::give_back(std::unique_ptr<ReadSlot> slot) {
  const int code = guarded([raw = slot->raw] {
    mdb_txn_reset(raw);
    return 0;
  });
  if (code == kFaulted) meet(code);
  {
    const std::lock_guard lock(idle_mutex_);
    idle_.push_back(std::move(slot));
  }
  gate_.leave();
}

int LmdbEnvironment::write(const Work& work, const std::function<bool()>& locked) {
  for (;;) {
    int code = attempt_on_thread(work, locked);
    if (code == MDB_MAP_FULL)
      code = grow();
    else if (code == MDB_MAP_RESIZED)
      code = resize(0, limits::kStoreWriteWaitMax);
    else
      return code;
    if (code != 0) return code;
  }
}

// A transaction that is left by a fault keeps the write lock, for which other processes wait. The system
// takes it back when the thread ends.
int LmdbEnvironment::attempt_on_thread(const Work& work, const std::function<bool()>& locked) {
  try {
    return std::async(std::launch::async, [&] { return attempt(work, locked); }).get();
  } catch (const std::system_error& no_thread) {
    return no_thread.code().value();
  }
}

int LmdbEnvironment::attempt(const Work& work, const std::function<bool()>& locked) {
  struct Inside {
    MapGate& gate;
    explicit Inside(MapGate& entered) : gate(entered) { gate.enter(); }
    ~Inside() { gate.leave(); }
  } const inside(gate_);
  if (unusable_) return MDB_PANIC;
  MDB_txn* raw = nullptr;
  int code = files_.check();
  if (code == 0) code = guarded([&] { return mdb_txn_begin(env_, nullptr, 0, &raw); });
  meet(code);
  if (code != 0) return code;
  presence_->begin_writing();
  mark_.before_writing(directory_->path());
  Transaction txn(Transaction::Kind::writes, raw, written_);
  code = run_writer(txn, work, locked);
  if (code != 0) written_ = {};  // what failed is not tried again on pages of before
  meet(code);
  if (code == 0) mark_.note_written(directory_->path());
  presence_->end_writing();
  return code;
}

// liblmdb takes free pages from its list and looks tables up by itself, so both are checked before it may.
int LmdbEnvironment::run_writer(Transaction& txn, const Work& work, const std::function<bool()>& locked) {
  int code = written_.open(files_.data_file(), mdb_txn_id(txn.raw()) - 1);
  if (code == EAGAIN) code = MDB_CORRUPTED;
  if (code == 0) code = written_.check_whole(written_.head().names);
  if (code == 0) code = written_.check_free_pages();
  if (code == 0) code = locked() ? work(txn) : ECANCELED;
  if (txn.is_lost()) return kFaulted;
  const bool commits = code == 0;
  const int ended = call_lmdb(txn, [commits](MDB_txn* raw) {
    if (commits) return mdb_txn_commit(raw);
    mdb_txn_abort(raw);
    return 0;
  });
  return ended != 0 ? ended : code;
}

// Doubles the map, by at most kStoreMapGrowthBytesMax at a time, up to the bound of the file; MDB_MAP_FULL at
// the bound.
int LmdbEnvironment::grow() {
  clear_stale_readers();
  const std::uint64_t now = map_bytes_;
  const std::uint64_t wanted =
      std::min(now + std::min<std::uint64_t>(now, limits::kStoreMapGrowthBytesMax), bounds_.file_bytes_max());
  if (wanted <= now) {
    ++counters_.map_full;
    return MDB_MAP_FULL;
  }
  ++counters_.map_grown;
  return resize(wanted, limits::kStoreWriteWaitMax);
}

// 0 bytes: as large as the process that grew it last made it.
int LmdbEnvironment::resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max) {
  if (!gate_.close(wait_max)) return MDB_MAP_RESIZED;
  int code = MDB_PANIC;
  if (!unusable_) {
    MDB_envinfo info{};
    int put_back = 0;
    const int ended = guarded([&] {
      mdb_env_info(env_, &info);
      code = mdb_env_set_mapsize(env_, map_bytes);
      // After a failure LMDB has no map at all; without the old one nothing may touch the environment again.
      if (code != 0) put_back = mdb_env_set_mapsize(env_, info.me_mapsize);
      mdb_env_info(env_, &info);
      return 0;
    });
    if (ended == kFaulted) code = kFaulted;
    if (put_back != 0) unusable_ = true;
    meet(code);
    map_bytes_ = info.me_mapsize;
  }
  if (map_bytes == 0) ++counters_.map_resized;
  gate_.open();
  return code;
}

// What a read or write ended with. After a fault nothing goes on with this environment.
void LmdbEnvironment::meet(int code) {
  if (!is_damage(code)) return;
  if (code == kFaulted) {
    faulted_ = true;
    unusable_ = true;
  }
  mark_damage();
}

void LmdbEnvironment::mark_damage() {
  if (!suspect_.exchange(true) && damage_listener_) damage_listener_();
}

int LmdbEnvironment::cause_of(int code) const {
  return code == EIO && directory_->is_full() ? ENOSPC : code;
}

Error LmdbEnvironment::error(int code, std::string_view what) {
  meet(code);
  if (code == EIO && what == "read") mark_damage();
  return store_error(cause_of(code), what, directory_->path());
}

Error LmdbEnvironment::write_timeout() const {
  std::string message = "The store in " + directory_->path().string() + " could not be written in time: ";
  if (const pid_t writer = presence_->other_writer(); writer != 0)
    message += "process " + std::to_string(writer) + " is writing to it.";
  else if (presence_->other_process() != 0)
    message +=
        "the disk is slow, or a process was killed while it wrote. If this goes on, stop every process that "
        "has the store open and start again.";
  else
    message += "the disk is slow, or another program holds its write lock.";
  return {ErrorKind::timed_out, ErrorSource::store, Retry::later, std::move(message)};
}

}  // namespace anyclaude::lmdb
