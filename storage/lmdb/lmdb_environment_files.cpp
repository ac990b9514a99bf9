// How an environment's files are opened, looked over, and put in place of others.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/compacted_copy.h"
#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/older_formats.h"
#include "storage/lmdb/set_aside.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {
namespace {

int say_format(Transaction& txn, const Tables& tables) {
  std::string bytes;
  append_little_endian(bytes, kStoreFormat);
  return put_value(txn, tables.meta, kFormatName, bytes);
}

// Rows that can be read in a file that no process has open.
std::vector<KeptRow> read_kept_of_closed(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  std::vector<KeptRow> rows;
  Snapshot pages;
  if (pages.open_newest(file) == 0) {
    Transaction txn(Transaction::Kind::reads, nullptr, pages);
    rows = read_kept(txn, Tables{});
  }
  ::close(file);
  return rows;
}

}  // namespace

Result<std::unique_ptr<LmdbEnvironment>> LmdbEnvironment::open(const LmdbStoreOptions& options) {
  auto directory = StoreDirectory::claim(options.directory, options.access);
  if (!directory) return tl::unexpected(directory.error());
  if (options.damaged_file == DamagedFile::is_set_aside)
    for (const char* name : {kLockFileName, kPresenceFileName})
      if (auto moved = set_aside_what_is_no_file(options.directory, name); !moved)
        return tl::unexpected(moved.error());
  auto presence = PresenceLock::enter(options.directory, limits::kStoreOpenWaitMax);
  if (!presence) return tl::unexpected(presence.error());
  // The process that made it would still hold the store closed.
  std::error_code ignored;
  std::filesystem::remove(options.directory / kCompactingFileName, ignored);
  std::unique_ptr<LmdbEnvironment> environment(
      new LmdbEnvironment(std::move(*directory), std::move(*presence), options));
  const Replacing replacing(*environment->presence_, limits::kStoreOpenWaitMax);
  if (!replacing.has_begun()) return tl::unexpected(environment->error(EBUSY, "opened"));
  if (auto looked = environment->look_over(); !looked) return tl::unexpected(looked.error());
  const std::uint64_t map_bytes =
      options.map_bytes_initial > 0 ? options.map_bytes_initial : limits::kStoreMapBytesInitial;
  if (const int code = environment->open_map(map_bytes); code != 0)
    return tl::unexpected(environment->error(code, "opened"));
  environment->clear_stale_readers();
  if (auto prepared = environment->prepare_tables(options.access); !prepared)
    return tl::unexpected(prepared.error());
  if (options.access == LmdbAccess::maintain && options.bytes_max == 0)
    if (auto learned = environment->learn_bound(); !learned) return tl::unexpected(learned.error());
  environment->take_kept();
  return environment;
}

// Every page of a file that no process has open, unless it is known to be sound; its heads in any case, for
// liblmdb believes what they say. A process that has the file open has looked at it.
Status LmdbEnvironment::look_over() {
  const auto& path = directory_->path();
  const auto data = path / kDataFileName;
  const bool serves = options_.access == LmdbAccess::serve;
  const bool is_known = SoundMark::is_valid(path);
  const bool looks = serves && !is_known && presence_->exclude();
  const FileFindings findings =
      check_closed_file(data, looks ? limits::kStoreOpenWaitMax : std::chrono::milliseconds{0});
  Status status;
  if (!findings.faults.empty()) {
    status = set_aside_closed(findings);
  } else if (is_known || (looks && findings.is_complete)) {
    mark_.note_sound(path);
  }
  if (looks) presence_->share();
  return status;
}

Status LmdbEnvironment::set_aside_closed(const FileFindings& findings) {
  const auto& path = directory_->path();
  if (options_.access != LmdbAccess::serve || options_.damaged_file == DamagedFile::is_an_error) {
    Error error = store_error(MDB_INVALID, "opened", path);
    error.message += " What is wrong: " + findings.sentence() + '.';
    return tl::unexpected(std::move(error));
  }
  kept_ = read_kept_of_closed(path / kDataFileName);
  const auto name = set_aside_data_file(path);
  if (!name) return tl::unexpected(name.error());
  ++counters_.set_aside;
  notice("The store in " + path.string() + " was damaged (" + findings.sentence() + "). Its file is " +
         *name + " now, and an empty one takes its place.");
  return {};
}

Status LmdbEnvironment::prepare_tables(LmdbAccess access) {
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
Result<std::uint32_t> LmdbEnvironment::read_format() {
  auto reading = begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::optional<TableRoot> meta;
  std::optional<std::string> bytes;
  int code = reading->get().pages().table(tables_.meta.name, meta);
  if (code == 0 && !meta) return 0;
  if (code == 0) code = get_value(reading->get(), tables_.meta, kFormatName, bytes);
  if (code == 0 && (!bytes || bytes->size() != sizeof(std::uint32_t))) code = MDB_INVALID;
  if (code != 0) return tl::unexpected(error(code, "opened"));
  return read_little_endian<std::uint32_t>(*bytes, 0);
}

// A reading transaction that is committed keeps the handles.
int LmdbEnvironment::find_tables() {
  MDB_txn* raw = nullptr;
  if (const int code = guarded([&] { return mdb_txn_begin(env_, nullptr, MDB_RDONLY, &raw); }); code != 0)
    return code;
  Snapshot pages;
  int code = pages.open(files_.data_file(), mdb_txn_id(raw));
  Transaction txn(Transaction::Kind::reads, raw, pages);
  if (code == 0) code = open_tables(txn, 0, tables_);
  if (txn.is_lost()) return kFaulted;
  const bool keeps = code == 0;
  const int ended = call_lmdb(txn, [keeps](MDB_txn* open) {
    if (keeps) return mdb_txn_commit(open);
    mdb_txn_abort(open);
    return 0;
  });
  return ended != 0 ? ended : code;
}

int LmdbEnvironment::create_tables() {
  return write(
      [this](Transaction& txn) {
        if (const int code = open_tables(txn, MDB_CREATE, tables_); code != 0) return code;
        const std::lock_guard lock(kept_mutex_);
        if (const int code = put_kept(txn, tables_, kept_); code != 0) return code;
        return say_format(txn, tables_);
      },
      [] { return true; });
}

// The format is written last, so that a process that is killed meanwhile leaves the rest to the next one.
int LmdbEnvironment::take_over() {
  const auto run = [this](const Work& work) { return write(work, [] { return true; }); };
  const auto create = [this](Transaction& txn) { return open_tables(txn, MDB_CREATE, tables_); };
  if (const int code = run(create); code != 0) return code;
  if (const int code = take_over_older_formats(tables_, run); code != 0) return code;
  return run([this](Transaction& txn) { return say_format(txn, tables_); });
}

// For those who maintain the store without knowing its configuration.
Status LmdbEnvironment::note_bound() {
  {
    const auto reading = begin_read();
    std::uint64_t standing = 0;
    if (!reading) return tl::unexpected(reading.error());
    const int code = get_number(reading->get(), tables_, kBytesMaxName, standing);
    if (code == 0 && standing == bounds_.bytes_max()) return {};
  }
  const auto note = [this](Transaction& txn) {
    return put_number(txn, tables_, kBytesMaxName, bounds_.bytes_max());
  };
  if (const int code = write(note, [] { return true; }); code != 0)
    return tl::unexpected(error(code, "opened"));
  return {};
}

Status LmdbEnvironment::learn_bound() {
  const auto reading = begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::uint64_t standing = 0;
  if (const int code = get_number(reading->get(), tables_, kBytesMaxName, standing); code != 0)
    return tl::unexpected(error(code, "opened"));
  bounds_ = StoreBounds(standing);
  return {};
}

Status LmdbEnvironment::may_compact() const {
  const pid_t other = presence_->other_process();
  if (other == 0) return {};
  return fail(ErrorKind::unavailable, ErrorSource::store,
              "The store in " + directory_->path().string() + " is open in process " + std::to_string(other) +
                  " too. Stop that process, or have the only broker that has it open compact it.",
              Retry::later);
}

Result<CompactResult> LmdbEnvironment::compact(const ProgressReport& report) {
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

// The old file goes with its last name; no transaction uses it.
int LmdbEnvironment::swap_files(const std::filesystem::path& fresh) {
  if (!gate_.close(limits::kStoreWriteWaitMax)) return EBUSY;
  int code = unusable_ ? MDB_PANIC : 0;
  if (code == 0) {
    close_map();
    if (::rename(fresh.c_str(), (directory_->path() / kDataFileName).c_str()) != 0) code = errno;
    if (code == 0) code = directory_->sync();
    // Every page of it was written just now.
    if (code == 0) mark_.note_sound(directory_->path());
    // The old file, when the new one could not take its place.
    int opened = open_map(map_bytes_);
    if (opened == 0) opened = find_tables();
    unusable_ = opened != 0;
    if (opened != 0) code = opened;
  }
  gate_.open();
  return code;
}

}  // namespace anyclaude::lmdb
