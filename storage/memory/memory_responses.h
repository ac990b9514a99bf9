// Answers in a map, with the semantics every engine shares.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "storage/response_store.h"

namespace anyclaude {

// Thread-safe: one mutex, held for no longer than a copy takes. `visit` and `matches` are called without it.
class MemoryResponses final : public ResponseStore, public ResponseStoreMaintenance {
 public:
  MemoryResponses(const Clock& clock, std::uint64_t bytes_max) : clock_(clock), bytes_max_(bytes_max) {}

  Result<std::optional<StoredResponse>> find(const CacheKey& key) override;
  std::unique_ptr<ResponseWrite> begin_write(const CacheKey& key) override;
  Result<bool> remove(const Digest128& primary) override;
  Result<StoreStats> stats() override;
  Status flush() override;

  Status for_each(const std::function<bool(const EntryInfo&)>& visit) override;
  Result<std::optional<StoredResponse>> inspect(const Digest128& primary) override;
  Result<PurgeResult> purge(const std::function<bool(const EntryInfo&)>& matches, PurgeMode mode) override;
  Result<PurgeResult> purge_all(PurgeMode mode) override;
  Result<VerifyResult> verify() override;

  Status put(const CacheKey& key, StoredResponse response);

 private:
  struct Entry {
    Digest128 check;
    StoredResponse response;
    std::int64_t last_used_at_ms = 0;
    std::uint64_t hits = 0;
    std::uint64_t bytes = 0;
  };
  using Entries = std::map<Digest128, Entry>;

  std::int64_t now_ms() const { return unix_milliseconds(clock_.system_now()); }
  void erase(Entries::iterator entry);
  void tidy();
  std::vector<EntryInfo> list();

  const Clock& clock_;
  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  Entries entries_;
  StoreStats stats_;
};

}  // namespace anyclaude
