#include "storage/memory/memory_store.h"

#include "storage/memory/memory_responses.h"
#include "storage/memory/memory_states.h"

namespace anyclaude {
namespace {

class MemoryStoreImpl final : public MemoryStore {
 public:
  MemoryStoreImpl(const Clock& clock, std::uint64_t bytes_max) : responses_(clock, bytes_max) {}
  ResponseStore& responses() override { return responses_; }
  ResponseStoreMaintenance& maintenance() override { return responses_; }
  StateStore& states() override { return states_; }

 private:
  MemoryResponses responses_;
  MemoryStates states_;
};

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::create(const Clock& clock, std::uint64_t bytes_max) {
  return std::make_unique<MemoryStoreImpl>(clock, bytes_max);
}

}  // namespace anyclaude
