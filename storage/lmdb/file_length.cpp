#include "storage/lmdb/file_length.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {
namespace {

// What the file must hold for every page of its tables to be there.
std::uint64_t bytes_needed(MDB_env* env, const MDB_stat& stat) {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  return (std::uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

// A sound file may be short as well: LMDB never writes a page that one transaction took and gave back. Such
// pages are in its list of free pages. The file is lengthened, so that the list can be read without danger,
// and cut back when the list does not explain every missing page. The write lock is held.
int extend_over_free_pages(MDB_env* env) {
  MDB_stat stat{};
  mdb_filehandle_t file = -1;
  mdb_env_stat(env, &stat);
  mdb_env_get_fd(env, &file);
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return errno;
  const auto length = static_cast<std::uint64_t>(facts.st_size);
  const std::uint64_t needed = bytes_needed(env, stat);
  if (length >= needed) return 0;
  if (::ftruncate(file, static_cast<off_t>(needed)) != 0) return errno;
  const std::uint64_t first_missing = length / stat.ms_psize;
  std::uint64_t missing = needed / stat.ms_psize - first_missing;
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn);
  if (code == 0) {
    code = visit_free_pages(txn, [&](std::size_t page) {
      if (page >= first_missing && page < needed / stat.ms_psize) --missing;
    });
    mdb_txn_abort(txn);
  }
  if (code == 0 && missing == 0) return 0;
  if (::ftruncate(file, facts.st_size) != 0) return errno;
  return MDB_CORRUPTED;
}

}  // namespace

int check_file_length(MDB_env* env, std::uint64_t file_bytes) {
  MDB_stat stat{};
  mdb_env_stat(env, &stat);
  if (file_bytes >= bytes_needed(env, stat)) return 0;
  MDB_txn* lock = nullptr;
  if (const int code = mdb_txn_begin(env, nullptr, 0, &lock); code != 0) return code;
  const int code = extend_over_free_pages(env);
  mdb_txn_abort(lock);
  return code;
}

}  // namespace anyclaude::lmdb
