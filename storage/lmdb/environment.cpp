#include "storage/lmdb/environment.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/compacted_copy.h"
#include "storage/lmdb/file_length.h"
#include "storage/lmdb/older_formats.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {

namespace {

int say_format(MDB_txn* txn, const Tables& tables) {
  std::string bytes;
  append_little_endian(bytes, kStoreFormat);
  return put_value(txn, tables.meta, kFormatName, bytes);
}

}  // namespace

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)) {}

ReadTransaction::~ReadTransaction() {
  if (txn_ != nullptr) environment_->give_back(txn_);
}

Result<std::unique_ptr<Environment>> Environment::open(const LmdbStoreOptions& options) {
  auto directory = StoreDirectory::claim(options.directory, options.access);
  if (!directory) return tl::unexpected(directory.error());
  auto presence = PresenceLock::enter(options.directory, limits::kStoreOpenWaitMax);
  if (!presence) return tl::unexpected(presence.error());
  // Whoever made it would still hold the store closed.
  std::error_code ignored;
  std::filesystem::remove(options.directory / kCompactingFileName, ignored);
  std::unique_ptr<Environment> environment(
      new Environment(std::move(*directory), std::move(*presence), StoreBounds(options.bytes_max)));
  const std::uint64_t map_bytes =
      options.map_bytes_initial > 0 ? options.map_bytes_initial : limits::kStoreMapBytesInitial;
  if (const int code = environment->open_map(map_bytes); code != 0)
    return tl::unexpected(environment->error(code, "opened"));
  if (const int code = check_file_length(environment->env_, environment->file_bytes()); code != 0)
    return tl::unexpected(environment->error(code, "opened"));
  environment->clear_stale_readers();
  if (auto prepared = environment->prepare_tables(options.access); !prepared)
    return tl::unexpected(prepared.error());
  if (options.access == LmdbAccess::maintain && options.bytes_max == 0)
    if (auto learned = environment->learn_bound(); !learned) return tl::unexpected(learned.error());
  return environment;
}

Environment::~Environment() {
  close_map();
}

int Environment::open_map(std::uint64_t map_bytes) {
  std::uint64_t wanted = std::min(map_bytes, bounds_.file_bytes_max());
  // A file whose bound was lowered may have no page free, and LMDB needs some to remove what is too much.
  if (const std::uint64_t file = file_bytes(); file > bounds_.file_bytes_max())
    wanted = file + StoreBounds::spare_bytes(file);
  const int code = open_map_of(wanted);
  if (code != ENOMEM || wanted <= limits::kStoreMapBytesSmall) return code;
  close_map();
  return open_map_of(limits::kStoreMapBytesSmall);
}

int Environment::open_map_of(std::uint64_t map_bytes) {
  if (const int code = mdb_env_create(&env_); code != 0) return code;
  // A map smaller than the file is made as large as the file by LMDB itself.
  if (const int code = mdb_env_set_mapsize(env_, map_bytes); code != 0) return code;
  if (const int code = mdb_env_set_maxdbs(env_, kTablesMax); code != 0) return code;
  if (const int code = mdb_env_set_maxreaders(env_, limits::kStoreReadersMax); code != 0) return code;
  // MDB_NOTLS: reader slots belong to transactions, not to the many short-lived threads of a server.
  if (const int code = mdb_env_open(env_, directory_->path().c_str(), MDB_NOTLS, 0600); code != 0)
    return code;
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  map_bytes_ = info.me_mapsize;
  // Model servers that a broker launches must not inherit the store.
  mdb_filehandle_t file = -1;
  mdb_env_get_fd(env_, &file);
  return ::fcntl(file, F_SETFD, FD_CLOEXEC) == 0 ? 0 : errno;
}

// Nobody reads or writes, and nobody begins to.
void Environment::close_map() {
  for (MDB_txn* txn : idle_) mdb_txn_abort(txn);
  idle_.clear();
  if (env_ != nullptr) mdb_env_close(std::exchange(env_, nullptr));
}

std::uint64_t Environment::clear_stale_readers() {
  int dead = 0;
  if (mdb_reader_check(env_, &dead) != 0 || dead <= 0) return 0;
  counters_.stale_readers += static_cast<std::uint64_t>(dead);
  return static_cast<std::uint64_t>(dead);
}

std::uint64_t Environment::readers() const {
  std::uint64_t lines = 0;
  const auto count = [](const char*, void* context) {
    ++*static_cast<std::uint64_t*>(context);
    return 0;
  };
  mdb_reader_list(env_, count, &lines);
  return lines > 0 ? lines - 1 : 0;  // the first line is the table's head
}

Status Environment::prepare_tables(LmdbAccess access) {
  auto format = read_format();
  if (!format) return tl::unexpected(format.error());
  if (*format == 0 && access == LmdbAccess::maintain)
    return fail(ErrorKind::corrupt, ErrorSource::store,
                "The data.mdb in " + directory_->path().string() + " is not a store of anyclaude.");
  if (*format > kStoreFormat || (*format < kStoreFormat && access == LmdbAccess::maintain))
    return fail(ErrorKind::corrupt, ErrorSource::store,
                "The store in " + directory_->path().string() + " has format " + std::to_string(*format) +
                    "; this version of anyclaude reads format " + std::to_string(kStoreFormat) +
                    (*format > kStoreFormat ? ". Use the newer version that made it, or another directory."
                                            : ". Start the broker once: it takes the store over."));
  const int code = *format == 0 ? create_tables() : *format == kStoreFormat ? find_tables() : take_over();
  if (code != 0) return tl::unexpected(error(code, "opened"));
  return access == LmdbAccess::serve ? note_bound() : Status();
}

// 0 when there is no store yet.
Result<std::uint32_t> Environment::read_format() {
  auto reading = begin_read();
  if (!reading) return tl::unexpected(reading.error());
  MDB_dbi meta = 0;
  int code = mdb_dbi_open(reading->get(), "meta", 0, &meta);
  if (code == MDB_NOTFOUND) return 0;
  std::optional<std::string_view> bytes;
  if (code == 0) code = get_value(reading->get(), meta, kFormatName, bytes);
  if (code == 0 && (!bytes || bytes->size() != sizeof(std::uint32_t))) code = MDB_INVALID;
  if (code != 0) return tl::unexpected(error(code, "opened"));
  return read_little_endian<std::uint32_t>(*bytes, 0);
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
  return write(
      [this](MDB_txn* txn) {
        if (const int code = open_tables(txn, MDB_CREATE, tables_); code != 0) return code;
        return say_format(txn, tables_);
      },
      [] { return true; });
}

// The format is said last, so that a process that is killed meanwhile leaves the rest to the next one.
int Environment::take_over() {
  const auto run = [this](const Work& work) { return write(work, [] { return true; }); };
  const auto create = [this](MDB_txn* txn) { return open_tables(txn, MDB_CREATE, tables_); };
  if (const int code = run(create); code != 0) return code;
  if (const int code = take_over_older_formats(tables_, run); code != 0) return code;
  return run([this](MDB_txn* txn) { return say_format(txn, tables_); });
}

// For those who maintain the store without knowing its configuration.
Status Environment::note_bound() {
  {
    const auto reading = begin_read();
    std::uint64_t standing = 0;
    if (!reading) return tl::unexpected(reading.error());
    const int code = get_number(reading->get(), tables_, kBytesMaxName, standing);
    if (code == 0 && standing == bounds_.bytes_max()) return {};
  }
  const auto note = [this](MDB_txn* txn) {
    return put_number(txn, tables_, kBytesMaxName, bounds_.bytes_max());
  };
  if (const int code = write(note, [] { return true; }); code != 0)
    return tl::unexpected(error(code, "opened"));
  return {};
}

Status Environment::learn_bound() {
  const auto reading = begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::uint64_t standing = 0;
  if (const int code = get_number(reading->get(), tables_, kBytesMaxName, standing); code != 0)
    return tl::unexpected(error(code, "opened"));
  bounds_ = StoreBounds(standing);
  return {};
}

bool Environment::file_is_in_place() const {
  mdb_filehandle_t file = -1;
  mdb_env_get_fd(env_, &file);
  struct stat open {};
  struct stat named {};
  return ::fstat(file, &open) == 0 && ::stat((directory_->path() / kDataFileName).c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
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
  presence_->begin_writing();
  int code = locked() ? work(txn) : ECANCELED;
  if (code == 0)
    code = mdb_txn_commit(txn);
  else
    mdb_txn_abort(txn);
  presence_->end_writing();
  return code;
}

// Doubles the map, by at most kStoreMapGrowthBytesMax at a time, up to the bound of the file; MDB_MAP_FULL at
// the bound.
int Environment::grow() {
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
int Environment::resize(std::uint64_t map_bytes, std::chrono::milliseconds wait_max) {
  if (!gate_.close(wait_max)) return MDB_MAP_RESIZED;
  MDB_envinfo before{};
  mdb_env_info(env_, &before);
  int code = unusable_ ? MDB_PANIC : mdb_env_set_mapsize(env_, map_bytes);
  // After a failure LMDB has no map at all; without the old one nothing may touch the environment again.
  if (code != 0 && !unusable_) unusable_ = mdb_env_set_mapsize(env_, before.me_mapsize) != 0;
  mdb_env_info(env_, &before);
  map_bytes_ = before.me_mapsize;
  if (map_bytes == 0) ++counters_.map_resized;
  gate_.open();
  return code;
}

Status Environment::may_compact() const {
  const pid_t other = presence_->other_process();
  if (other == 0) return {};
  return fail(ErrorKind::unavailable, ErrorSource::store,
              "The store in " + directory_->path().string() + " is open in process " + std::to_string(other) +
                  " too. Stop that process, or have the only broker that has it open compact it.",
              Retry::later);
}

Result<CompactResult> Environment::compact(const ProgressReport& report) {
  struct Alone {
    PresenceLock& presence;
    ~Alone() { presence.share(); }
  } const alone{*presence_};
  if (!presence_->exclude()) {
    if (auto allowed = may_compact(); !allowed) return tl::unexpected(allowed.error());
    return fail(ErrorKind::unavailable, ErrorSource::store, "The store was opened by another process.",
                Retry::later);
  }
  CompactResult result;
  result.bytes_before = file_bytes();
  const auto fresh = directory_->path() / kCompactingFileName;
  int code = 0;
  {
    auto reading = begin_read();
    if (!reading) return tl::unexpected(reading.error());
    code = copy_compacted(reading->get(), tables_, fresh, report, result);
  }
  if (code == 0) code = swap_files(fresh);
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  if (code == ECANCELED)
    return fail(ErrorKind::cancelled, ErrorSource::store, "The store was not compacted: it was called off.");
  if (code != 0) return tl::unexpected(error(code, "compacted"));
  ++counters_.compactions;
  result.bytes_after = file_bytes();
  return result;
}

// The old file goes with its last name; it is in use by nobody.
int Environment::swap_files(const std::filesystem::path& fresh) {
  if (!gate_.close(limits::kStoreWriteWaitMax)) return EBUSY;
  int code = unusable_ ? MDB_PANIC : 0;
  if (code == 0) {
    close_map();
    if (::rename(fresh.c_str(), (directory_->path() / kDataFileName).c_str()) != 0) code = errno;
    if (code == 0) code = directory_->sync();
    // The old file, when the new one could not take its place.
    int opened = open_map(map_bytes_);
    if (opened == 0) opened = find_tables();
    unusable_ = opened != 0;
    if (opened != 0) code = opened;
  }
  gate_.open();
  return code;
}

int Environment::cause_of(int code) const {
  return code == EIO && directory_->is_full() ? ENOSPC : code;
}

Error Environment::error(int code, std::string_view what) const {
  return store_error(cause_of(code), what, directory_->path());
}

Error Environment::write_timeout() const {
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
