// A transaction as the tables see it: reads go through pages that were checked, writes to liblmdb.
#pragma once

#include <lmdb.h>

#include "storage/lmdb/snapshot.h"

namespace anyclaude::lmdb {

// What reads sees is `pages`. What writes sees its own changes through `raw`; `pages` are those it began
// from.
class Transaction {
 public:
  enum class Kind { reads, writes };

  Transaction(Kind kind, MDB_txn* raw, Snapshot& pages) : kind_(kind), raw_(raw), pages_(pages) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  bool writes() const { return kind_ == Kind::writes; }
  MDB_txn* raw() const { return raw_; }
  Snapshot& pages() const { return pages_; }
  // A call into liblmdb was left by a fault; nothing may be called with this transaction again.
  bool is_lost() const { return lost_; }
  void lose() { lost_ = true; }

 private:
  const Kind kind_;
  MDB_txn* const raw_;
  Snapshot& pages_;
  bool lost_ = false;
};

}  // namespace anyclaude::lmdb
