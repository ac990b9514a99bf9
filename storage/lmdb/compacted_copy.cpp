#include "storage/lmdb/compacted_copy.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/response_table.h"

namespace anyclaude::lmdb {
namespace {

// One transaction of the copy; so much stays in memory until it ends.
constexpr std::size_t kStepBytes = 8 * 1024 * 1024;
constexpr std::array kAllTables{&Tables::meta,         &Tables::entries, &Tables::records,    &Tables::expiry,
                                &Tables::state_tables, &Tables::state,   &Tables::state_order};

class Copy {
 public:
  Copy(Transaction& from, const Tables& tables, const ProgressReport& report)
      : from_(from), tables_(tables), responses_(tables), report_(report) {}
  ~Copy() {
    if (to_ != nullptr) mdb_txn_abort(to_);
    if (env_ != nullptr) mdb_env_close(env_);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  int open(const std::filesystem::path& path) {
    TableTotals totals;
    if (const int code = responses_.totals(from_, totals); code != 0) return code;
    total_bytes_ = totals.used_bytes;
    if (const int code = mdb_env_create(&env_); code != 0) return code;
    // Pages that a step gave up are used again, so the copy is hardly larger than what it holds.
    if (const int code = mdb_env_set_mapsize(env_, 2 * totals.used_bytes + 4 * kStepBytes); code != 0)
      return code;
    if (const int code = mdb_env_set_maxdbs(env_, kTablesMax); code != 0) return code;
    // No other process knows of this file, so it needs no locks; it is flushed once, at the end.
    constexpr unsigned kFlags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC;
    if (const int code = mdb_env_open(env_, path.c_str(), kFlags, 0600); code != 0) return code;
    mdb_filehandle_t file = -1;
    mdb_env_get_fd(env_, &file);
    if (::fcntl(file, F_SETFD, FD_CLOEXEC) != 0) return errno;
    if (const int code = mdb_txn_begin(env_, nullptr, 0, &to_); code != 0) return code;
    for (const auto table : kAllTables) {
      Table& fresh = fresh_.*table;
      if (const int code = mdb_dbi_open(to_, fresh.name, MDB_CREATE, &fresh.handle); code != 0) return code;
    }
    return 0;
  }

  int copy_table(const Table& from, const Table& to) {
    return walk(from, [&](std::string_view key, std::string_view value) { return put(to, key, value); });
  }

  // Records that no entry points to stay behind.
  int copy_records() {
    bool wanted = false;
    return walk(tables_.records, [&](std::string_view key, std::string_view value) {
      if (key.size() != sizeof(std::uint64_t) + sizeof(std::uint16_t)) return 0;
      if (read_big_endian<std::uint16_t>(key, sizeof(std::uint64_t)) == 0) {
        const auto digest = digest_at(value, 0);
        std::optional<EntryRow> row;
        if (digest)
          if (const int code = responses_.row(from_, *digest, row); code != 0) return code;
        wanted = row && row->sequence == read_big_endian<std::uint64_t>(key, 0);
      }
      return wanted ? put(fresh_.records, key, value) : 0;
    });
  }

  int finish(CompactResult& result) {
    std::uint64_t generation = 0;
    if (const int code = get_number(from_, tables_, kGenerationName, generation); code != 0) return code;
    result.generation = generation + 1;
    MDB_stat stat{};
    if (const int code = mdb_stat(to_, fresh_.entries.handle, &stat); code != 0) return code;
    result.entries = stat.ms_entries;
    std::string number;
    append_little_endian(number, result.generation);
    if (const int code = put(fresh_.meta, kGenerationName, number); code != 0) return code;
    if (const int code = mdb_txn_commit(std::exchange(to_, nullptr)); code != 0) return code;
    if (report_ && !report_({total_bytes_, total_bytes_})) return ECANCELED;
    return mdb_env_sync(env_, 1);
  }

  const Tables& fresh() const { return fresh_; }

 private:
  template <typename Use>
  int walk(const Table& table, Use use) {
    Cursor cursor;
    if (const int code = cursor.open(from_, table); code != 0) return code;
    int code = cursor.seek({});
    for (; code == 0; code = cursor.next())
      if (const int used = use(cursor.key(), cursor.value()); used != 0) return used;
    return code == MDB_NOTFOUND ? 0 : code;
  }

  // A key behind all others fills the last page before it begins another.
  int put(const Table& table, std::string_view key, std::string_view value) {
    MDB_val key_value = value_of(key);
    MDB_val data = value_of(value);
    int code = mdb_put(to_, table.handle, &key_value, &data, MDB_APPEND);
    if (code == MDB_KEYEXIST) code = mdb_put(to_, table.handle, &key_value, &data, 0);
    if (code != 0) return code;
    step_bytes_ += key.size() + value.size();
    return step_bytes_ < kStepBytes ? 0 : next_step();
  }

  int next_step() {
    done_bytes_ += std::exchange(step_bytes_, 0);
    if (report_ && !report_({done_bytes_, std::max(total_bytes_, done_bytes_)})) return ECANCELED;
    if (const int code = mdb_txn_commit(std::exchange(to_, nullptr)); code != 0) return code;
    return mdb_txn_begin(env_, nullptr, 0, &to_);
  }

  Transaction& from_;
  const Tables& tables_;
  const ResponseTable responses_;
  const ProgressReport& report_;
  MDB_env* env_ = nullptr;
  MDB_txn* to_ = nullptr;
  Tables fresh_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t done_bytes_ = 0;
  std::size_t step_bytes_ = 0;
};

}  // namespace

int copy_compacted(Transaction& txn, const Tables& tables, const std::filesystem::path& path,
                   const ProgressReport& report, CompactResult& result) {
  Copy copy(txn, tables, report);
  if (const int code = copy.open(path); code != 0) return code;
  for (const auto table : {&Tables::meta, &Tables::entries, &Tables::expiry, &Tables::state_tables,
                           &Tables::state, &Tables::state_order})
    if (const int code = copy.copy_table(tables.*table, copy.fresh().*table); code != 0) return code;
  if (const int code = copy.copy_records(); code != 0) return code;
  return copy.finish(result);
}

}  // namespace anyclaude::lmdb
