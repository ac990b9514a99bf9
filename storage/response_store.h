// Answers kept by key. Two narrow interfaces: what a request needs, and what looking after the store needs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"

namespace anyclaude {

// `primary` finds the record; `check`, under a second secret, is stored in it and compared on every hit.
struct CacheKey {
  Digest128 primary;
  Digest128 check;

  bool operator==(const CacheKey&) const = default;
};

// One answer. Times are milliseconds since the Unix epoch.
struct StoredResponse {
  std::string message_json;      // the assembled message without its id
  std::string model;             // as the upstream resolved it
  std::string canonical_sha256;  // hexadecimal, secret-free: the same request has it on every machine
  std::int64_t created_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  std::uint32_t producer_revision = 0;  // of the code that made the message
  std::uint64_t input_tokens = 0;  // prompt tokens, cached ones included, as the upstream counted; 0 unknown
  std::uint64_t output_tokens = 0;
  std::uint32_t generation_ms = 0;  // how long the answer took when it was made
};

struct StoreStats {
  std::uint64_t entries = 0;
  std::uint64_t record_bytes = 0;  // live records, compressed, with their keys
  std::uint64_t file_bytes = 0;    // 0 for engines without a file
  std::uint64_t hits = 0;          // since this process opened the store
  std::uint64_t misses = 0;
  std::uint64_t writes = 0;
  std::uint64_t errors = 0;
  std::string last_error;  // the latest failure behind the caller's back, for the log; empty if none
};

// Collects one answer. Discards it unless commit() is called.
class ResponseWrite {
 public:
  virtual ~ResponseWrite() = default;
  // Makes the answer findable by this process before it returns, by other processes within 100 ms, and
  // durable soon after. Called at most once.
  virtual Status commit(StoredResponse response) = 0;
};

// Thread-safe. An error is for the log and a counter; the caller treats it as a miss.
class ResponseStore {
 public:
  virtual ~ResponseStore() = default;
  // A copy of the answer, or nothing. Expired answers, answers whose check digest differs and records that do
  // not verify are nothing; the last also count as errors. Counts a hit on the record.
  virtual Result<std::optional<StoredResponse>> find(const CacheKey& key) = 0;
  virtual std::unique_ptr<ResponseWrite> begin_write(const CacheKey& key) = 0;
  // True if there was one.
  virtual Result<bool> remove(const Digest128& primary) = 0;
  virtual Result<StoreStats> stats() = 0;
  // Blocks until everything committed so far is durable. For shutdown and tests.
  virtual Status flush() = 0;
};

// An entry as listings show it.
struct EntryInfo {
  Digest128 key;
  std::string model;
  std::int64_t created_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  std::int64_t last_used_at_ms = 0;
  std::uint64_t hits = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t stored_bytes = 0;   // as it stands in the store
  std::uint64_t message_bytes = 0;  // of the message's JSON text
};

struct PurgeResult {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

struct VerifyResult {
  std::uint64_t checked = 0;
  std::vector<Digest128> damaged;
  std::uint64_t foreign_version = 0;  // records of another format version: ignored, reclaimable
};

enum class PurgeMode { dry_run, remove };

// Thread-safe; small transactions, so that traffic goes on beside it.
class ResponseStoreMaintenance {
 public:
  virtual ~ResponseStoreMaintenance() = default;
  // Calls `visit` for each entry in key order until it returns false. Damaged records are passed over.
  virtual Status for_each(const std::function<bool(const EntryInfo&)>& visit) = 0;
  // The whole record of an entry, expired or not, without a check digest and without counting a hit.
  virtual Result<std::optional<StoredResponse>> inspect(const Digest128& primary) = 0;
  virtual Result<PurgeResult> purge(const std::function<bool(const EntryInfo&)>& matches, PurgeMode mode) = 0;
  // Everything, damaged records and those of other versions too.
  virtual Result<PurgeResult> purge_all(PurgeMode mode) = 0;
  virtual Result<VerifyResult> verify() = 0;
};

}  // namespace anyclaude
