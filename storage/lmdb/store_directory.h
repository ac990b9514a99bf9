// The directory a store lives in: who may read it, and that this process opens it once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "storage/lmdb/lmdb_store.h"

namespace anyclaude::lmdb {

inline constexpr const char* kDataFileName = "data.mdb";
inline constexpr const char* kLockFileName = "lock.mdb";
// A compacted copy while it is made. One that is found while no process compacts was given up.
inline constexpr const char* kCompactingFileName = "compacting.mdb";

// This process's claim on a directory, given up with the object. LMDB loses its file locks when one process
// opens the same environment twice, so the claims are kept process-wide, by device and inode: the one piece
// of global state in the house, because what it guards is global to the process too.
class StoreDirectory {
 public:
  // Makes the directory (mode 0700) for `serve`; not_found for `maintain` when it or data.mdb is missing.
  // Refuses a directory or file that others can reach (permission) and a second claim (invalid_request).
  static Result<std::unique_ptr<StoreDirectory>> claim(const std::filesystem::path& path, LmdbAccess access);
  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t data_file_bytes() const;  // 0 when there is no file
  struct Facts {
    std::uint32_t directory_mode = 0;  // permission bits
    std::uint32_t file_mode = 0;       // of data.mdb
    std::uint64_t disk_free_bytes = 0;
  };
  Result<Facts> facts() const;
  // Makes a renaming durable. An errno value.
  int sync() const;
  // Whether the file system, or this process's limit on file sizes, has no room left. LMDB reports a write
  // that was cut short by either as a mere EIO.
  bool is_full() const;

 private:
  StoreDirectory(std::filesystem::path path, dev_t device, ino_t inode)
      : path_(std::move(path)), device_(device), inode_(inode) {}

  const std::filesystem::path path_;
  const dev_t device_;
  const ino_t inode_;
};

}  // namespace anyclaude::lmdb
