// The same three faces over plain maps, for tests and for running without a store directory.
#pragma once

#include <memory>

#include "base/clock.h"
#include "storage/response_store.h"
#include "storage/state_store.h"

namespace anyclaude {

class MemoryStore {
 public:
  virtual ~MemoryStore() = default;
  static std::unique_ptr<MemoryStore> create(const Clock& clock);
  virtual ResponseStore& responses() = 0;
  virtual ResponseStoreMaintenance& maintenance() = 0;
  virtual StateStore& states() = 0;
};

}  // namespace anyclaude
