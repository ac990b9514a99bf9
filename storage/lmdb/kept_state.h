// The state that outlives a damaged file: what is kept when a store is emptied, too.
#pragma once

#include <string>
#include <vector>

#include "storage/lmdb/state_table.h"

namespace anyclaude::lmdb {

struct KeptRow {
  std::string table;
  std::uint32_t version = 0;
  std::string key;
  std::string value;
};

// Every row of tables written with StateRetention::kept that can be read; damaged pages are passed over.
std::vector<KeptRow> read_kept(Transaction& txn, const Tables& tables);
// `older`, with what `newer` says of the same rows and beyond them.
std::vector<KeptRow> joined(std::vector<KeptRow> older, std::vector<KeptRow> newer);
int put_kept(Transaction& txn, const Tables& tables, const std::vector<KeptRow>& rows);

}  // namespace anyclaude::lmdb
