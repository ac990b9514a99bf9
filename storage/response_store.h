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

// Counters are of this process since it opened the store; what stands is of the store.
struct StoreStats {
  std::uint64_t entries = 0;
  std::uint64_t imports = 0;       // entries that were imported and not yet asked for
  std::uint64_t record_bytes = 0;  // live records, compressed, with their keys
  std::uint64_t used_bytes = 0;    // what the tables fill of the file, indices and unfilled pages included
  std::uint64_t file_bytes = 0;    // 0 for engines without a file
  std::uint64_t bytes_max = 0;     // bound of the live bytes; the file is held to 1.25 times that
  std::uint64_t generation = 0;    // how often the file was replaced by a compacted one
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t writes = 0;
  std::uint64_t errors = 0;
  std::uint64_t expired = 0;         // entries removed because their time was over
  std::uint64_t evicted = 0;         // entries removed to stay within the bound
  std::uint64_t map_grown = 0;       // times the memory map was made larger
  std::uint64_t map_resized = 0;     // times another process had made it larger
  std::uint64_t map_full = 0;        // times it could not grow, so that room had to be made first
  std::uint64_t stale_readers = 0;   // reader slots of dead processes that were cleared
  std::uint64_t disk_full = 0;       // writes that found no room on the disk
  std::uint64_t write_denied = 0;    // writes that this user may not do
  std::uint64_t write_timeouts = 0;  // callers that waited for the write lock or the disk in vain
  std::uint64_t compactions = 0;
  std::uint64_t set_aside = 0;  // damaged files that an empty one took the place of
  std::string last_error;       // the latest failure behind the caller's back, for the log; empty if none
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
  // Whether a miss is worth an adopt(): imported answers that no request has asked for yet. Cheap; false
  // after an error.
  virtual bool has_imports() = 0;
  // An imported answer cannot stand under a key of this store, for it was made elsewhere. After a miss, and
  // when has_imports(), it is found by the secret-free digest of the request (canonical_sha256) and the
  // caller's partition, put under `key`, and returned: a hit. Nothing when there is none.
  virtual Result<std::optional<StoredResponse>> adopt(std::string_view canonical_sha256,
                                                      std::string_view partition, const CacheKey& key) = 0;
  virtual Result<StoreStats> stats() = 0;
  // Blocks until everything committed so far is durable. For shutdown and tests.
  virtual Status flush() = 0;
};

// Where an imported answer waits for its first request. Secret-free: partition and digest alone decide it.
CacheKey import_key(std::string_view canonical_sha256, std::string_view partition);

// The partition of imported answers unless the importer says another.
inline constexpr std::string_view kImportPartition = "local";

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
  std::uint32_t generation_ms = 0;
  std::uint64_t stored_bytes = 0;   // as it stands in the store
  std::uint64_t message_bytes = 0;  // of the message's JSON text
  bool imported = false;            // and not yet asked for
};

struct PurgeResult {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

struct VerifyResult {
  std::uint64_t checked = 0;
  std::vector<Digest128> damaged;
  std::uint64_t foreign_version = 0;     // records of another format version: ignored, reclaimable
  std::vector<std::string> file_faults;  // what is wrong with the file's pages; sentences without an end
  std::uint64_t unreadable = 0;          // entries that those pages held, as far as they were counted
};

struct CompactResult {
  std::uint64_t bytes_before = 0;  // of the file
  std::uint64_t bytes_after = 0;
  std::uint64_t entries = 0;
  std::uint64_t generation = 0;  // of the new file
};

enum class ImportOutcome { added, already_there, expired };

// What `doctor` tells. An engine without a file leaves what is about files at 0.
struct StoreHealth {
  std::string directory;
  std::uint32_t directory_mode = 0;  // permission bits
  std::uint32_t file_mode = 0;
  std::uint32_t format = 0;
  std::uint64_t generation = 0;
  std::uint64_t entries = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t free_bytes = 0;  // pages of the file that wait to be used again
  std::uint64_t file_bytes = 0;
  std::uint64_t file_bytes_max = 0;
  std::uint64_t bytes_max = 0;
  std::uint64_t map_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t readers = 0;                // slots in use, of every process
  std::uint64_t stale_readers_cleared = 0;  // by this call
  std::int64_t other_process = 0;           // the id of one that has the store open too; 0: none is known of
  std::vector<std::string> problems;        // sentences that say what to do
  std::uint64_t set_aside_files = 0;        // damaged files under other names
  std::uint64_t set_aside_bytes = 0;
};

enum class PurgeMode { dry_run, remove };

// How far a long piece of work has come; `total` may be an estimate. Called now and then, on the caller's
// thread or the engine's; returning false stops the work, which then reports what it has done.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
using ProgressReport = std::function<bool(const Progress&)>;

// Thread-safe; small transactions, so that traffic goes on beside it.
class ResponseStoreMaintenance {
 public:
  using EntryVisitor = std::function<bool(const EntryInfo&)>;
  using RecordVisitor = std::function<bool(const Digest128& key, const StoredResponse&)>;

  virtual ~ResponseStoreMaintenance() = default;
  // Calls `visit` for each entry in key order, from the first behind `after`, until it returns false. Reads
  // no message; a damaged record may be listed, only verify() tells.
  virtual Status for_each_after(const std::optional<Digest128>& after, const EntryVisitor& visit) = 0;
  Status for_each(const EntryVisitor& visit) { return for_each_after(std::nullopt, visit); }
  // The same of what can be read where the file is damaged: how many entries could not, as far as they are
  // counted.
  virtual Result<std::uint64_t> for_each_readable(const EntryVisitor& visit) = 0;
  // Whether the pages of the file are what they should be: sentences without an end, none when they are.
  // Takes limits::kStoreCheckTimeMax at most.
  virtual std::vector<std::string> file_faults() = 0;
  // Deletes damaged files that were set aside, which hold answers and prompts too. How many there were.
  virtual std::uint64_t remove_set_aside() = 0;
  // The same with the whole answers, expired ones included, for export. Unreadable records are passed over.
  virtual Status for_each_record(const std::optional<Digest128>& after, const RecordVisitor& visit) = 0;
  // The whole record of an entry, expired or not, without a check digest and without counting a hit.
  virtual Result<std::optional<StoredResponse>> inspect(const Digest128& primary) = 0;
  virtual Result<PurgeResult> purge(const EntryVisitor& matches, PurgeMode mode,
                                    const ProgressReport& report = {}) = 0;
  // Everything, damaged records and those of other versions too.
  virtual Result<PurgeResult> purge_all(PurgeMode mode) = 0;
  virtual Result<VerifyResult> verify(const ProgressReport& report = {}) = 0;
  // Rewrites the file, so that it holds nothing but what stands. Lookups go on, writes wait. Error
  // `unavailable` (retry later) when another process has the store open: ask the broker that has it
  // (POST /admin/compact) with this process's store closed. An engine without a file has nothing to do.
  virtual Result<CompactResult> compact(const ProgressReport& report = {}) = 0;
  // Puts an answer of another store where adopt() finds it, durable after ResponseStore::flush().
  // invalid_request when canonical_sha256 is not 64 lower-case hexadecimal digits or the times make no sense.
  virtual Result<ImportOutcome> import_record(StoredResponse response, std::string_view partition) = 0;
  // Also clears the reader slots of dead processes.
  virtual Result<StoreHealth> health() = 0;
};

}  // namespace anyclaude
