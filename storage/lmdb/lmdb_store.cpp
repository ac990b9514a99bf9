#include "storage/lmdb/lmdb_store.h"

#include <system_error>
#include <utility>

#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/lmdb_maintenance.h"
#include "storage/lmdb/lmdb_responses.h"
#include "storage/lmdb/lmdb_states.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/store_eviction.h"
#include "storage/lmdb/transaction_writer.h"

namespace anyclaude {
namespace {

class LmdbStoreImpl final : public LmdbStore {
 public:
  LmdbStoreImpl(std::shared_ptr<lmdb::LmdbEnvironment> environment, const LmdbStoreOptions& options,
                const Clock& clock)
      : environment_(std::move(environment)),
        recency_(std::make_shared<lmdb::RecencyLog>()),
        codec_(std::make_shared<const lmdb::RecordCodec>()),
        eviction_(std::make_shared<lmdb::StoreEviction>(environment_, recency_, clock, options.access)),
        writer_(environment_, eviction_),
        responses_(*environment_, writer_, codec_, recency_, clock),
        maintenance_(*environment_, writer_, *codec_, responses_, eviction_, clock),
        states_(*environment_, writer_) {}

  ResponseStore& responses() override { return responses_; }
  ResponseStoreMaintenance& maintenance() override { return maintenance_; }
  StateStore& states() override { return states_; }

 private:
  const std::shared_ptr<lmdb::LmdbEnvironment> environment_;
  const std::shared_ptr<lmdb::RecencyLog> recency_;
  const std::shared_ptr<const lmdb::RecordCodec> codec_;
  const std::shared_ptr<lmdb::StoreEviction> eviction_;
  lmdb::TransactionWriter writer_;
  lmdb::LmdbResponses responses_;
  lmdb::LmdbMaintenance maintenance_;
  lmdb::LmdbStates states_;
};

}  // namespace

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(const LmdbStoreOptions& options, const Clock& clock) {
  auto environment = lmdb::LmdbEnvironment::open(options);
  if (!environment) return tl::unexpected(environment.error());
  std::shared_ptr<lmdb::LmdbEnvironment> shared = std::move(*environment);
  try {
    return std::unique_ptr<LmdbStore>(std::make_unique<LmdbStoreImpl>(std::move(shared), options, clock));
  } catch (const std::system_error&) {
    return fail(ErrorKind::io, ErrorSource::store, "The store's writer thread could not be started.",
                Retry::later);
  }
}

}  // namespace anyclaude
