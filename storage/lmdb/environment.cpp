#include "storage/lmdb/environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)) {}

ReadTransaction::~ReadTransaction() {
  if (txn_ != nullptr) environment_->give_back(txn_);
}

Result<std::unique_ptr<Environment>> Environment::open(const LmdbStoreOptions& options) {
  auto directory = StoreDirectory::claim(options.directory, options.access);
  if (!directory) return tl::unexpected(directory.error());
  std::unique_ptr<Environment> environment(new Environment(std::move(*directory)));
  const std::uint64_t map_bytes =
      options.map_bytes_initial > 0 ? options.map_bytes_initial : limits::kStoreMapBytesInitial;
  if (const int code = environment->open_map(map_bytes); code != 0)
    return tl::unexpected(environment->error(code, "opened"));
  if (const int code = environment->check_length(); code != 0)
    return tl::unexpected(environment->error(code, "opened"));
  // Slots of processes that died while reading would keep their pages from being used again.
  int dead = 0;
  mdb_reader_check(environment->env_, &dead);
  if (auto prepared = environment->prepare_tables(options.access); !prepared)
    return tl::unexpected(prepared.error());
  if (auto checked = environment->check_format(); !checked) return tl::unexpected(checked.error());
  return environment;
}

Environment::~Environment() {
  for (MDB_txn* txn : idle_) mdb_txn_abort(txn);
  if (env_ != nullptr) mdb_env_close(env_);
}

int Environment::open_map(std::uint64_t map_bytes) {
  if (const int code = mdb_env_create(&env_); code != 0) return code;
  // A map smaller than the file is made as large as the file by LMDB itself.
  if (const int code = mdb_env_set_mapsize(env_, map_bytes); code != 0) return code;
  if (const int code = mdb_env_set_maxdbs(env_, kTablesMax); code != 0) return code;
  if (const int code = mdb_env_set_maxreaders(env_, limits::kStoreReadersMax); code != 0) return code;
  // MDB_NOTLS: reader slots belong to transactions, not to the many short-lived threads of a server.
  if (const int code = mdb_env_open(env_, directory_->path().c_str(), MDB_NOTLS, 0600); code != 0)
    return code;
  // Model servers that a broker launches must not inherit the store.
  mdb_filehandle_t file = -1;
  mdb_env_get_fd(env_, &file);
  return ::fcntl(file, F_SETFD, FD_CLOEXEC) == 0 ? 0 : errno;
}

// What the file must hold for every page of its tables to be there.
std::uint64_t Environment::bytes_needed() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return (std::uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

// Reading a page beyond the file's end kills the process, so a file cut short must be found first.
int Environment::check_length() {
  if (file_bytes() >= bytes_needed()) return 0;
  MDB_txn* lock = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, 0, &lock); code != 0) return code;
  const int code = extend_over_free_pages();
  mdb_txn_abort(lock);
  return code;
}

// A sound file may be short as well: LMDB never writes a page that one transaction took and gave back. Such
// pages are in its list of free pages. The file is lengthened, so that the list can be read without danger,
// and cut back when the list does not explain every missing page. The write lock is held.
int Environment::extend_over_free_pages() {
  MDB_stat stat{};
  mdb_filehandle_t file = -1;
  mdb_env_stat(env_, &stat);
  mdb_env_get_fd(env_, &file);
  const std::uint64_t length = file_bytes();
  const std::uint64_t needed = bytes_needed();
  if (length >= needed) return 0;
  if (::ftruncate(file, static_cast<off_t>(needed)) != 0) return errno;
  const std::uint64_t first_missing = length / stat.ms_psize;
  std::uint64_t missing = needed / stat.ms_psize - first_missing;
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (code == 0) {
    code = visit_free_pages(txn, [&](std::size_t page) {
      if (page >= first_missing && page < needed / stat.ms_psize) --missing;
    });
    mdb_txn_abort(txn);
  }
  if (code == 0 && missing == 0) return 0;
  if (::ftruncate(file, static_cast<off_t>(length)) != 0) return errno;
  return MDB_CORRUPTED;
}

Status Environment::prepare_tables(LmdbAccess access) {
  int code = find_tables();
  if (code == MDB_MAP_RESIZED) {
    code = resize(0, limits::kStoreReadWaitMax);
    if (code == 0) code = find_tables();
  }
  if (code == MDB_NOTFOUND && access == LmdbAccess::maintain)
    return fail(ErrorKind::corrupt, ErrorSource::store,
                "The data.mdb in " + directory_->path().string() + " is not a store of anyclaude.");
  if (code == MDB_NOTFOUND) code = create_tables();
  if (code != 0) return tl::unexpected(error(code, "opened"));
  return {};
}

int Environment::find_tables() {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); code != 0) return code;
  if (const int code = open_tables(txn, 0, tables_); code != 0) {
    mdb_txn_abort(txn);
    return code;
  }
  return mdb_txn_commit(txn);  // keeps the handles
}

int Environment::create_tables() {
  const auto create = [this](MDB_txn* txn) {
    if (const int code = open_tables(txn, MDB_CREATE, tables_); code != 0) return code;
    std::optional<std::string_view> format;
    if (const int code = get_value(txn, tables_.meta, kFormatName, format); code != 0) return code;
    if (format) return 0;
    std::string bytes;
    append_little_endian(bytes, kStoreFormat);
    return put_value(txn, tables_.meta, kFormatName, bytes);
  };
  return write(create, [] { return true; });
}

Status Environment::check_format() {
  auto reading = begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::optional<std::string_view> bytes;
  if (const int code = get_value(reading->get(), tables_.meta, kFormatName, bytes); code != 0)
    return tl::unexpected(error(code, "opened"));
  if (!bytes || bytes->size() != sizeof(std::uint32_t)) return tl::unexpected(error(MDB_INVALID, "opened"));
  const auto format = read_little_endian<std::uint32_t>(*bytes, 0);
  if (format == kStoreFormat) return {};
  return fail(ErrorKind::corrupt, ErrorSource::store,
              "The store in " + directory_->path().string() + " has format " + std::to_string(format) +
                  "; this version of anyclaude reads format " + std::to_string(kStoreFormat) +
                  (format > kStoreFormat ? ". Use the newer version that made it, or another directory."
                                         : ". Remove it or use another directory."));
}

Result<ReadTransaction> Environment::begin_read() {
  MDB_txn* txn = nullptr;
  int code = renew(txn);
  if (code == MDB_MAP_RESIZED) {
    code = resize(0, limits::kStoreReadWaitMax);
    if (code == 0) code = renew(txn);
  }
  if (code != 0) return tl::unexpected(error(code, "read"));
  return ReadTransaction(*this, txn);
}

// Leaves the gate entered when it succeeds; give_back() leaves it.
int Environment::renew(MDB_txn*& txn) {
  gate_.enter();
  int code = MDB_PANIC;
  if (!unusable_) {
    {
      const std::lock_guard lock(idle_mutex_);
      if (!idle_.empty()) {
        txn = idle_.back();
        idle_.pop_back();
      }
    }
    code = txn != nullptr ? mdb_txn_renew(txn) : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  }
  if (code == 0) return 0;
  // A transaction that could not be renewed is dropped with its slot; one that did not begin is not there.
  if (txn != nullptr) mdb_txn_abort(std::exchange(txn, nullptr));
  gate_.leave();
  return code;
}

void Environment::give_back(MDB_txn* txn) {
  mdb_txn_reset(txn);
  {
    const std::lock_guard lock(idle_mutex_);
    idle_.push_back(txn);
  }
  gate_.leave();
}

int Environment::write(const Work& work, const std::function<bool()>& locked) {
  for (;;) {
    int code = attempt(work, locked);
    if (code == MDB_MAP_FULL)
      code = grow();
    else if (code == MDB_MAP_RESIZED)
      code = resize(0, limits::kStoreWriteWaitMax);
    else
      return code;
    if (code != 0) return code;
  }
}

int Environment::attempt(const Work& work, const std::function<bool()>& locked) {
  struct Inside {
    MapGate& gate;
    explicit Inside(MapGate& entered) : gate(entered) { gate.enter(); }
    ~Inside() { gate.leave(); }
  } const inside(gate_);
  if (unusable_) return MDB_PANIC;
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, 0, &txn); code != 0) return code;
  const int code = locked() ? work(txn) : ECANCELED;
  if (code == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return code;
}

// Doubles the map, by at most kStoreMapGrowthBytesMax at a time: address space is cheap, but not free.
int Environment::grow() {
  int dead = 0;
  mdb_reader_check(env_, &dead);
  MDB_envinfo info{};
  if (const int code = mdb_env_info(env_, &info); code != 0) return code;
  const std::uint64_t now = info.me_mapsize;
  return resize(now + std::min<std::uint64_t>(now, limits::kStoreMapGrowthBytesMax),
                limits::kStoreWriteWaitMax);
}

// 0 bytes: as large as the process that grew it last made it.
int Environment::resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max) {
  if (!gate_.close(wait_max)) return MDB_MAP_RESIZED;
  MDB_envinfo before{};
  mdb_env_info(env_, &before);
  int code = unusable_ ? MDB_PANIC : mdb_env_set_mapsize(env_, map_bytes);
  // After a failure LMDB has no map at all; without the old one nothing may touch the environment again.
  if (code != 0 && !unusable_) unusable_ = mdb_env_set_mapsize(env_, before.me_mapsize) != 0;
  gate_.open();
  return code;
}

Error Environment::error(int code, std::string_view what) const {
  if (code == EIO && directory_->is_full()) code = ENOSPC;
  return store_error(code, what, directory_->path());
}

}  // namespace anyclaude::lmdb
