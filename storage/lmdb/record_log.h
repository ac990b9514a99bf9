// Records in the order they were put, cut into pieces. Inside one transaction of the caller's.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "storage/lmdb/tables.h"

namespace anyclaude::lmdb {

// Every function returns LMDB's code. After any code but 0 the transaction must be undone.
class RecordLog {
 public:
  struct Place {
    std::uint64_t sequence = 0;
    std::optional<Digest128> key;  // nothing when the piece there is not the beginning of a record
  };

  explicit RecordLog(const Tables& tables) : tables_(tables) {}

  int append(Transaction& txn, const Digest128& key, std::string_view record, std::uint64_t& sequence) const;
  // Nothing when there is none, or when it is another key's. `bytes` is how many to expect.
  int read(Transaction& txn, const Digest128& key, std::uint64_t sequence, std::size_t bytes,
           std::optional<std::string>& record) const;
  int remove(Transaction& txn, std::uint64_t sequence) const;
  // The record that was put longest ago; nothing when the log is empty.
  int first(Transaction& txn, std::optional<Place>& place) const;

 private:
  int next_sequence(Transaction& txn, std::uint64_t& sequence) const;

  const Tables& tables_;
};

}  // namespace anyclaude::lmdb
