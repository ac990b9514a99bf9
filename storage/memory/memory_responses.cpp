#include "storage/memory/memory_responses.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "storage/import_key.h"

namespace anyclaude {
namespace {

class MemoryWrite final : public ResponseWrite {
 public:
  MemoryWrite(MemoryResponses& store, const CacheKey& key) : store_(store), key_(key) {}
  Status commit(StoredResponse response) override { return store_.put(key_, std::move(response)); }

 private:
  MemoryResponses& store_;
  const CacheKey key_;
};

std::uint64_t size_of(const StoredResponse& response) {
  return sizeof(CacheKey) + response.message_json.size() + response.model.size() +
         response.canonical_sha256.size();
}

}  // namespace

Result<std::optional<StoredResponse>> MemoryResponses::find(const CacheKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key.primary);
  if (found == entries_.end() || found->second.check != key.check ||
      found->second.response.expires_at_ms <= now_ms()) {
    ++stats_.misses;
    return std::optional<StoredResponse>();
  }
  ++stats_.hits;
  ++found->second.hits;
  found->second.last_used_at_ms = now_ms();
  return std::optional(found->second.response);
}

std::unique_ptr<ResponseWrite> MemoryResponses::begin_write(const CacheKey& key) {
  return std::make_unique<MemoryWrite>(*this, key);
}

Status MemoryResponses::put(const CacheKey& key, StoredResponse response) {
  if (response.message_json.size() > limits::kStoredMessageBytesMax)
    return fail(ErrorKind::too_large, ErrorSource::store, "The answer is too large for the store.");
  const std::lock_guard lock(mutex_);
  insert(key, {key.check, std::move(response), now_ms(), 0, 0, false});
  return {};
}

void MemoryResponses::insert(const CacheKey& key, Entry entry) {
  if (const auto old = entries_.find(key.primary); old != entries_.end()) erase(old);
  entry.bytes = size_of(entry.response);
  stats_.record_bytes += entry.bytes;
  stats_.imports += entry.imported ? 1 : 0;
  ++stats_.writes;
  entries_.emplace(key.primary, std::move(entry));
  evict();
}

Result<bool> MemoryResponses::remove(const Digest128& primary) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(primary);
  if (found == entries_.end()) return false;
  erase(found);
  return true;
}

bool MemoryResponses::has_imports() {
  const std::lock_guard lock(mutex_);
  return stats_.imports > 0;
}

Result<std::optional<StoredResponse>> MemoryResponses::adopt(std::string_view canonical_sha256,
                                                             std::string_view partition,
                                                             const CacheKey& key) {
  const CacheKey place = import_key(canonical_sha256, partition);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place.primary);
  if (found == entries_.end() || found->second.check != place.check ||
      found->second.response.expires_at_ms <= now_ms())
    return std::optional<StoredResponse>();
  Entry entry = std::move(found->second);
  const StoredResponse response = entry.response;
  erase(found);
  ++stats_.hits;
  insert(key, {key.check, std::move(entry.response), now_ms(), 1, 0, false});
  return std::optional(response);
}

Result<StoreStats> MemoryResponses::stats() {
  const std::lock_guard lock(mutex_);
  StoreStats out = stats_;
  out.entries = entries_.size();
  out.used_bytes = out.record_bytes;
  out.bytes_max = bytes_max_;
  return out;
}

Status MemoryResponses::flush() {
  const std::lock_guard lock(mutex_);
  evict();
  return {};
}

void MemoryResponses::erase(Entries::iterator entry) {
  stats_.record_bytes -= entry->second.bytes;
  stats_.imports -= entry->second.imported ? 1 : 0;
  entries_.erase(entry);
}

// Drops what has expired, then what was used longest ago until the rest fits.
void MemoryResponses::evict() {
  const auto now = now_ms();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->second.response.expires_at_ms <= now) {
      erase(entry);
      ++stats_.expired;
    }
    entry = next;
  }
  for (; stats_.record_bytes > bytes_max_ && !entries_.empty(); ++stats_.evicted)
    erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& left, const auto& right) {
      return left.second.last_used_at_ms < right.second.last_used_at_ms;
    }));
}

std::vector<EntryInfo> MemoryResponses::list(const std::optional<Digest128>& after) {
  const std::lock_guard lock(mutex_);
  std::vector<EntryInfo> out;
  out.reserve(entries_.size());
  for (auto at = after ? entries_.upper_bound(*after) : entries_.begin(); at != entries_.end(); ++at) {
    const Entry& entry = at->second;
    out.push_back({.key = at->first,
                   .model = entry.response.model,
                   .created_at_ms = entry.response.created_at_ms,
                   .expires_at_ms = entry.response.expires_at_ms,
                   .last_used_at_ms = entry.last_used_at_ms,
                   .hits = entry.hits,
                   .input_tokens = entry.response.input_tokens,
                   .output_tokens = entry.response.output_tokens,
                   .generation_ms = entry.response.generation_ms,
                   .stored_bytes = entry.bytes,
                   .message_bytes = entry.response.message_json.size(),
                   .imported = entry.imported});
  }
  return out;
}

Status MemoryResponses::for_each_after(const std::optional<Digest128>& after, const EntryVisitor& visit) {
  for (const EntryInfo& info : list(after))
    if (!visit(info)) break;
  return {};
}

Status MemoryResponses::for_each_record(const std::optional<Digest128>& after, const RecordVisitor& visit) {
  for (const EntryInfo& info : list(after)) {
    const auto response = inspect(info.key);
    if (response && *response && !visit(info.key, **response)) break;
  }
  return {};
}

Result<std::optional<StoredResponse>> MemoryResponses::inspect(const Digest128& primary) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(primary);
  if (found == entries_.end()) return std::optional<StoredResponse>();
  return std::optional(found->second.response);
}

Result<PurgeResult> MemoryResponses::purge(const EntryVisitor& matches, PurgeMode mode,
                                           const ProgressReport& report) {
  PurgeResult result;
  const std::vector<EntryInfo> all = list(std::nullopt);
  for (const EntryInfo& info : all) {
    if (!matches(info)) continue;
    ++result.entries;
    result.bytes += info.stored_bytes;
    if (mode == PurgeMode::remove) (void)remove(info.key);
  }
  if (report) (void)report({all.size(), all.size()});
  return result;
}

Result<PurgeResult> MemoryResponses::purge_all(PurgeMode mode) {
  return purge([](const EntryInfo&) { return true; }, mode, {});
}

Result<VerifyResult> MemoryResponses::verify(const ProgressReport& report) {
  const std::lock_guard lock(mutex_);
  if (report) (void)report({entries_.size(), entries_.size()});
  VerifyResult result;
  result.checked = entries_.size();
  return result;
}

Result<CompactResult> MemoryResponses::compact(const ProgressReport&) {
  const std::lock_guard lock(mutex_);
  return CompactResult{.entries = entries_.size()};
}

Result<ImportOutcome> MemoryResponses::import_record(StoredResponse response, std::string_view partition) {
  if (auto checked = check_import(response); !checked) return tl::unexpected(checked.error());
  if (response.expires_at_ms <= now_ms()) return ImportOutcome::expired;
  const CacheKey key = import_key(response.canonical_sha256, partition);
  const std::lock_guard lock(mutex_);
  if (entries_.contains(key.primary)) return ImportOutcome::already_there;
  insert(key, {key.check, std::move(response), now_ms(), 0, 0, true});
  return ImportOutcome::added;
}

Result<StoreHealth> MemoryResponses::health() {
  const std::lock_guard lock(mutex_);
  StoreHealth health;
  health.entries = entries_.size();
  health.record_bytes = stats_.record_bytes;
  health.used_bytes = stats_.record_bytes;
  health.bytes_max = bytes_max_;
  return health;
}

}  // namespace anyclaude
