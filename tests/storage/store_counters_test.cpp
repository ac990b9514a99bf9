#include "storage/lmdb/store_counters.h"

#include <gtest/gtest.h>
#include <lmdb.h>

#include <cerrno>

namespace anyclaude::lmdb {
namespace {

StoreStats after_failure(int code) {
  StoreCounters counters;
  counters.note_failure(code);
  StoreStats stats;
  counters.fill_in(stats);
  return stats;
}

TEST(StoreCounters, TellAFullDiskFromOneThatMayNotBeWritten) {
  for (const int code : {ENOSPC, EDQUOT, EFBIG}) {
    EXPECT_EQ(after_failure(code).disk_full, 1u) << code;
    EXPECT_EQ(after_failure(code).write_denied, 0u) << code;
  }
  for (const int code : {EROFS, EACCES, EPERM}) {
    EXPECT_EQ(after_failure(code).write_denied, 1u) << code;
    EXPECT_EQ(after_failure(code).disk_full, 0u) << code;
  }
  EXPECT_EQ(after_failure(MDB_CORRUPTED).disk_full + after_failure(MDB_CORRUPTED).write_denied, 0u);
}

}  // namespace
}  // namespace anyclaude::lmdb
