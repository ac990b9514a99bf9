// Whether a data file is as long as its tables need.
#pragma once

#include <lmdb.h>

#include <cstdint>

namespace anyclaude::lmdb {

// Reading a page beyond the file's end kills the process, so a file cut short must be found first:
// MDB_CORRUPTED. `file_bytes` is its length. Nobody else in this process uses `env`.
int check_file_length(MDB_env* env, std::uint64_t file_bytes);

}  // namespace anyclaude::lmdb
