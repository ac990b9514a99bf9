// The same three faces over plain maps, for tests and for running without a store directory.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "base/limits.h"
#include "storage/response_store.h"
#include "storage/state_store.h"

namespace anyclaude {

class MemoryStore {
 public:
  virtual ~MemoryStore() = default;
  // `clock` must outlive the store. Beyond `bytes_max` live bytes the answers used longest ago go.
  static std::unique_ptr<MemoryStore> create(const Clock& clock,
                                             std::uint64_t bytes_max = limits::kStoreBytesMaxDefault);
  virtual ResponseStore& responses() = 0;
  virtual ResponseStoreMaintenance& maintenance() = 0;
  virtual StateStore& states() = 0;
};

}  // namespace anyclaude
