// Takes over stores that earlier versions arranged in other tables.
#pragma once

#include <lmdb.h>

#include <functional>

#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

// Runs its argument in a write transaction and commits when it returns 0.
using RunTransaction = std::function<int(const std::function<int(Transaction&)>&)>;

// Moves the answers of format 1 into `tables` in small transactions, so that their pages are used again as it
// goes; a process that is killed meanwhile leaves the rest to the next opening. Records that do not verify or
// that this version does not read are dropped. LMDB's code.
int take_over_older_formats(const Tables& tables, const RunTransaction& run);

}  // namespace anyclaude::lmdb
