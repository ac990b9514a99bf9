// The store on disk: one LMDB environment for answers and state. The only room that includes <lmdb.h>.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "storage/response_store.h"
#include "storage/state_store.h"

namespace anyclaude {

// `serve` makes the store if there is none, drops expired answers and keeps it within its bound. `maintain`
// opens only a store that exists (not_found otherwise) and changes nothing it is not asked to change.
enum class LmdbAccess { serve, maintain };

// What becomes of a data file that is damaged: open() fails and later calls do, or the file gets another name
// beside it and an empty one takes its place, at once or while the store is open. Secrets and what else is
// kept when a store is emptied are taken along.
enum class DamagedFile { is_an_error, is_set_aside };

struct LmdbStoreOptions {
  std::filesystem::path directory;  // made with mode 0700 if absent; refused when others can read it
  // Of live bytes; the file never becomes larger than 1.25 times that, or 2 MiB more when that is more. 0:
  // for `maintain` what the last one to serve said, else limits::kStoreBytesMaxDefault.
  std::uint64_t bytes_max = 0;
  LmdbAccess access = LmdbAccess::serve;
  // At most the file's bound; grows as needed. 0: limits::kStoreMapBytesInitial.
  std::uint64_t map_bytes_initial = 0;
  DamagedFile damaged_file = DamagedFile::is_an_error;  // with LmdbAccess::serve
  // Told, on any thread, in a sentence for the log, what was set aside and why.
  std::function<void(const std::string&)> notice = {};
};

// Opens the environment once for this process and hands out its three faces, which live as long as the store.
// Thread-safe. `clock` must outlive the store.
//
// The destructor writes what was admitted. It waits for the disk, but for another process that sits on the
// write lock only limits::kStoreCloseWaitMax; then what is unwritten is given up.
//
// Errors of open(), all with source store and a sentence for the user: permission (others can read the
// directory or its files, or this user cannot write them), invalid_request (this process has the directory
// open already), not_found, corrupt (not a store, damaged, or made by a newer version), full, io.
//
// A process that has the store open must not fork and use it in the child.
class LmdbStore {
 public:
  virtual ~LmdbStore() = default;
  static Result<std::unique_ptr<LmdbStore>> open(const LmdbStoreOptions& options, const Clock& clock);
  virtual ResponseStore& responses() = 0;
  virtual ResponseStoreMaintenance& maintenance() = 0;
  virtual StateStore& states() = 0;
};

}  // namespace anyclaude
