// Upkeep of the answers: counts hits, drops what has expired, keeps the store within its bound.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "storage/lmdb/environment.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/response_table.h"
#include "storage/lmdb/touches.h"
#include "storage/lmdb/transaction_writer.h"

namespace anyclaude::lmdb {

class StoreTidying final : public Tidying {
 public:
  StoreTidying(std::shared_ptr<Environment> environment, std::shared_ptr<Touches> touches, const Clock& clock,
               LmdbAccess access, std::uint64_t bytes_max);

  bool due() override;
  void prepare() override;
  int apply(MDB_txn* txn) override;
  bool unfinished() const override { return unfinished_; }

 private:
  std::int64_t now_ms() const { return unix_milliseconds(clock_.system_now()); }

  const std::shared_ptr<Environment> environment_;
  const std::shared_ptr<Touches> touches_;
  const ResponseTable table_;
  const Clock& clock_;
  const LmdbAccess access_;
  const std::uint64_t bytes_max_;
  Touches::Map taken_;
  bool unfinished_ = false;
};

}  // namespace anyclaude::lmdb
