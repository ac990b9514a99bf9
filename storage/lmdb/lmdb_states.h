// StateStore over LMDB. Writes go through the writer thread and return when they are durable.
#pragma once

#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/state_table.h"
#include "storage/lmdb/transaction_writer.h"
#include "storage/state_store.h"

namespace anyclaude::lmdb {

class LmdbStates final : public StateStore {
 public:
  LmdbStates(LmdbEnvironment& environment, TransactionWriter& writer)
      : environment_(environment), writer_(writer), tables_(environment.tables()) {}

  Result<std::optional<std::string>> get(const StateTable& table, std::string_view key) override;
  Status put(const StateTable& table, std::string_view key, std::string_view value) override;
  Result<std::string> put_if_absent(const StateTable& table, std::string_view key,
                                    std::string_view value) override;
  Result<bool> erase(const StateTable& table, std::string_view key) override;
  Status write_all(std::vector<StateWrite> writes) override;
  Result<std::uint64_t> erase_all(const StateTable& table, const std::vector<std::string>& keys) override;
  Status for_each(const StateTable& table,
                  const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
  Status clear(const StateTable& table) override;
  Result<std::uint64_t> clear_learned() override;

 private:
  void note_kept(const StateTable& table, std::string_view key, std::string_view value);
  void note_kept(const std::vector<StateWrite>& writes);

  LmdbEnvironment& environment_;
  TransactionWriter& writer_;
  const StateTables tables_;
};

}  // namespace anyclaude::lmdb
