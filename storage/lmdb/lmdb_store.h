// The store on disk: one LMDB environment for answers and state. The only room that includes <lmdb.h>.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "storage/response_store.h"
#include "storage/state_store.h"

namespace anyclaude {

struct LmdbStoreOptions {
  std::filesystem::path directory;  // made with mode 0700 if absent; refused when others can read it
  std::uint64_t bytes_max = 0;      // live bytes; 0: limits::kStoreBytesMaxDefault
};

// Opens the environment once for this process and hands out its three faces. Thread-safe. Closing (the
// destructor) commits what was admitted.
class LmdbStore {
 public:
  virtual ~LmdbStore() = default;
  static Result<std::unique_ptr<LmdbStore>> open(const LmdbStoreOptions& options, const Clock& clock);
  virtual ResponseStore& responses() = 0;
  virtual ResponseStoreMaintenance& maintenance() = 0;
  virtual StateStore& states() = 0;
};

}  // namespace anyclaude
