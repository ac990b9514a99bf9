// A copy of a store that holds nothing but what stands.
#pragma once

#include <lmdb.h>

#include <filesystem>

#include "storage/lmdb/tables.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

// Writes what `txn` sees into a new environment in the single file `path`, durable when it returns, with the
// next generation. Keys and values are copied one by one: LMDB's own copy takes over whole pages, and the
// unfilled part of a page keeps what once stood there. Counts the entries into `result`. LMDB's code;
// ECANCELED when `report` returned false. The file is left behind in every case.
int copy_compacted(Transaction& txn, const Tables& tables, const std::filesystem::path& path,
                   const ProgressReport& report, CompactResult& result);

}  // namespace anyclaude::lmdb
