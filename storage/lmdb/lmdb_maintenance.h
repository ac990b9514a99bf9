// ResponseStoreMaintenance over LMDB. Walks in short steps: nothing stays open between them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "storage/lmdb/environment.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/response_table.h"
#include "storage/lmdb/transaction_writer.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

class LmdbMaintenance final : public ResponseStoreMaintenance {
 public:
  LmdbMaintenance(Environment& environment, TransactionWriter& writer, const RecordCodec& codec)
      : environment_(environment), writer_(writer), codec_(codec), table_(environment.tables()) {}

  Status for_each(const std::function<bool(const EntryInfo&)>& visit) override;
  Result<std::optional<StoredResponse>> inspect(const Digest128& primary) override;
  Result<PurgeResult> purge(const std::function<bool(const EntryInfo&)>& matches, PurgeMode mode) override;
  Result<PurgeResult> purge_all(PurgeMode mode) override;
  Result<VerifyResult> verify() override;

 private:
  // Sees a record inside the transaction it was read in.
  using Look = std::function<void(MDB_txn* txn, const Digest128& key, std::string_view record)>;
  struct Step {
    std::optional<Digest128> last;  // of what was seen; nothing at the end of the table
  };
  Result<Step> look_at_some(const std::optional<Digest128>& after, const Look& look);
  std::optional<EntryInfo> describe(MDB_txn* txn, const Digest128& key, std::string_view record) const;
  Result<PurgeResult> remove_some(std::vector<Digest128> keys);

  Environment& environment_;
  TransactionWriter& writer_;
  const RecordCodec& codec_;
  const ResponseTable table_;
};

}  // namespace anyclaude::lmdb
