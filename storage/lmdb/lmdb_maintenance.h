// ResponseStoreMaintenance over LMDB. Walks in short steps: nothing stays open between them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/lmdb_responses.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/response_table.h"
#include "storage/lmdb/store_eviction.h"
#include "storage/lmdb/transaction_writer.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

class LmdbMaintenance final : public ResponseStoreMaintenance {
 public:
  LmdbMaintenance(LmdbEnvironment& environment, TransactionWriter& writer, const RecordCodec& codec,
                  LmdbResponses& responses, std::shared_ptr<StoreEviction> eviction, const Clock& clock)
      : environment_(environment),
        writer_(writer),
        codec_(codec),
        responses_(responses),
        eviction_(std::move(eviction)),
        table_(environment.tables()),
        clock_(clock) {}

  Status for_each_after(const std::optional<Digest128>& after, const EntryVisitor& visit) override;
  Result<std::uint64_t> for_each_readable(const EntryVisitor& visit) override;
  std::vector<std::string> file_faults() override { return environment_.check_file().faults; }
  std::uint64_t remove_set_aside() override;
  Status for_each_record(const std::optional<Digest128>& after, const RecordVisitor& visit) override;
  Result<std::optional<StoredResponse>> inspect(const Digest128& primary) override;
  Result<PurgeResult> purge(const EntryVisitor& matches, PurgeMode mode,
                            const ProgressReport& report) override;
  Result<PurgeResult> purge_all(PurgeMode mode) override;
  Result<VerifyResult> verify(const ProgressReport& report) override;
  Result<CompactResult> compact(const ProgressReport& report) override;
  Result<ImportOutcome> import_record(StoredResponse response, std::string_view partition) override;
  Result<StoreHealth> health() override;

 private:
  // Sees an entry inside the transaction it was read in.
  using Look = std::function<int(Transaction& txn, const Digest128& key, const EntryRow& row)>;
  struct Step {
    std::optional<Digest128> last;  // of what was seen; nothing at the end of the table
  };
  Result<Step> look_at_some(const std::optional<Digest128>& after, const Look& look,
                            SnapshotCursor::Damage damage = SnapshotCursor::Damage::ends_walk);
  Status walk(const std::optional<Digest128>& after, const EntryVisitor& visit,
              SnapshotCursor::Damage damage);
  Result<PurgeResult> remove_some(std::vector<Digest128> keys);
  Result<PurgeResult> remove_all_in_steps();
  Result<std::uint64_t> count_entries();
  Status fill_in_file(StoreHealth& health);
  static void name_problems(StoreHealth& health);

  LmdbEnvironment& environment_;
  TransactionWriter& writer_;
  const RecordCodec& codec_;
  LmdbResponses& responses_;
  const std::shared_ptr<StoreEviction> eviction_;
  const ResponseTable table_;
  const Clock& clock_;
};

}  // namespace anyclaude::lmdb
