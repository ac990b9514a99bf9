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
  bool has_imports() override;
  Result<std::optional<StoredResponse>> adopt(std::string_view canonical_sha256, std::string_view partition,
                                              const CacheKey& key) override;
  Result<StoreStats> stats() override;
  Status flush() override;

  Status for_each_after(const std::optional<Digest128>& after, const EntryVisitor& visit) override;
  Status for_each_record(const std::optional<Digest128>& after, const RecordVisitor& visit) override;
  Result<std::optional<StoredResponse>> inspect(const Digest128& primary) override;
  Result<PurgeResult> purge(const EntryVisitor& matches, PurgeMode mode,
                            const ProgressReport& report) override;
  Result<PurgeResult> purge_all(PurgeMode mode) override;
  Result<std::uint64_t> for_each_readable(const EntryVisitor& visit) override {
    return for_each(visit).map([] { return std::uint64_t{0}; });
  }
  std::vector<std::string> file_faults() override { return {}; }
  std::uint64_t remove_set_aside() override { return 0; }
  Result<VerifyResult> verify(const ProgressReport& report) override;
  Result<CompactResult> compact(const ProgressReport& report) override;
  Result<ImportOutcome> import_record(StoredResponse response, std::string_view partition) override;
  Result<StoreHealth> health() override;

  Status put(const CacheKey& key, StoredResponse response);

 private:
  struct Entry {
    Digest128 check;
    StoredResponse response;
    std::int64_t last_used_at_ms = 0;
    std::uint64_t hits = 0;
    std::uint64_t bytes = 0;
    bool imported = false;
  };
  using Entries = std::map<Digest128, Entry>;

  std::int64_t now_ms() const { return unix_milliseconds(clock_.system_now()); }
  void insert(const CacheKey& key, Entry entry);
  void erase(Entries::iterator entry);
  void evict();
  std::vector<EntryInfo> list(const std::optional<Digest128>& after);

  const Clock& clock_;
  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  Entries entries_;
  StoreStats stats_;
};

}  // namespace anyclaude
