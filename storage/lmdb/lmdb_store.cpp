#include "storage/lmdb/lmdb_store.h"

#include <system_error>
#include <utility>

#include "storage/lmdb/environment.h"
#include "storage/lmdb/lmdb_maintenance.h"
#include "storage/lmdb/lmdb_responses.h"
#include "storage/lmdb/lmdb_states.h"
#include "storage/lmdb/record_codec.h"
#include "storage/lmdb/store_tidying.h"
#include "storage/lmdb/transaction_writer.h"

namespace anyclaude {
namespace {

class LmdbStoreImpl final : public LmdbStore {
 public:
  LmdbStoreImpl(std::shared_ptr<lmdb::Environment> environment, const LmdbStoreOptions& options,
                const Clock& clock)
      : environment_(std::move(environment)),
        touches_(std::make_shared<lmdb::Touches>()),
        codec_(std::make_shared<const lmdb::RecordCodec>()),
        tidying_(std::make_shared<lmdb::StoreTidying>(environment_, touches_, clock, options.access)),
        writer_(environment_, tidying_),
        responses_(*environment_, writer_, codec_, touches_, clock),
        maintenance_(*environment_, writer_, *codec_, responses_, tidying_, clock),
        states_(*environment_, writer_) {}

  ResponseStore& responses() override { return responses_; }
  ResponseStoreMaintenance& maintenance() override { return maintenance_; }
  StateStore& states() override { return states_; }

 private:
  const std::shared_ptr<lmdb::Environment> environment_;
  const std::shared_ptr<lmdb::Touches> touches_;
  const std::shared_ptr<const lmdb::RecordCodec> codec_;
  const std::shared_ptr<lmdb::StoreTidying> tidying_;
  lmdb::TransactionWriter writer_;
  lmdb::LmdbResponses responses_;
  lmdb::LmdbMaintenance maintenance_;
  lmdb::LmdbStates states_;
};

}  // namespace

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(const LmdbStoreOptions& options, const Clock& clock) {
  auto environment = lmdb::Environment::open(options);
  if (!environment) return tl::unexpected(environment.error());
  std::shared_ptr<lmdb::Environment> shared = std::move(*environment);
  try {
    return std::unique_ptr<LmdbStore>(std::make_unique<LmdbStoreImpl>(std::move(shared), options, clock));
  } catch (const std::system_error&) {
    return fail(ErrorKind::io, ErrorSource::store, "The store's writer thread could not be started.",
                Retry::later);
  }
}

}  // namespace anyclaude
