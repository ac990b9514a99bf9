#include "storage/memory/memory_responses.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

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
  if (const auto old = entries_.find(key.primary); old != entries_.end()) erase(old);
  Entry entry{key.check, std::move(response), now_ms(), 0, 0};
  entry.bytes = size_of(entry.response);
  stats_.record_bytes += entry.bytes;
  ++stats_.writes;
  entries_.emplace(key.primary, std::move(entry));
  tidy();
  return {};
}

Result<bool> MemoryResponses::remove(const Digest128& primary) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(primary);
  if (found == entries_.end()) return false;
  erase(found);
  return true;
}

Result<StoreStats> MemoryResponses::stats() {
  const std::lock_guard lock(mutex_);
  StoreStats out = stats_;
  out.entries = entries_.size();
  return out;
}

Status MemoryResponses::flush() {
  const std::lock_guard lock(mutex_);
  tidy();
  return {};
}

void MemoryResponses::erase(Entries::iterator entry) {
  stats_.record_bytes -= entry->second.bytes;
  entries_.erase(entry);
}

// Drops what has expired, then what was used longest ago until the rest fits.
void MemoryResponses::tidy() {
  const auto now = now_ms();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->second.response.expires_at_ms <= now) erase(entry);
    entry = next;
  }
  while (stats_.record_bytes > bytes_max_ && !entries_.empty())
    erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& left, const auto& right) {
      return left.second.last_used_at_ms < right.second.last_used_at_ms;
    }));
}

std::vector<EntryInfo> MemoryResponses::list() {
  const std::lock_guard lock(mutex_);
  std::vector<EntryInfo> out;
  out.reserve(entries_.size());
  for (const auto& [key, entry] : entries_)
    out.push_back({.key = key,
                   .model = entry.response.model,
                   .created_at_ms = entry.response.created_at_ms,
                   .expires_at_ms = entry.response.expires_at_ms,
                   .last_used_at_ms = entry.last_used_at_ms,
                   .hits = entry.hits,
                   .input_tokens = entry.response.input_tokens,
                   .output_tokens = entry.response.output_tokens,
                   .stored_bytes = entry.bytes,
                   .message_bytes = entry.response.message_json.size()});
  return out;
}

Status MemoryResponses::for_each(const std::function<bool(const EntryInfo&)>& visit) {
  for (const EntryInfo& info : list())
    if (!visit(info)) break;
  return {};
}

Result<std::optional<StoredResponse>> MemoryResponses::inspect(const Digest128& primary) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(primary);
  if (found == entries_.end()) return std::optional<StoredResponse>();
  return std::optional(found->second.response);
}

Result<PurgeResult> MemoryResponses::purge(const std::function<bool(const EntryInfo&)>& matches,
                                           PurgeMode mode) {
  PurgeResult result;
  for (const EntryInfo& info : list()) {
    if (!matches(info)) continue;
    ++result.entries;
    result.bytes += info.stored_bytes;
    if (mode == PurgeMode::remove) (void)remove(info.key);
  }
  return result;
}

Result<PurgeResult> MemoryResponses::purge_all(PurgeMode mode) {
  return purge([](const EntryInfo&) { return true; }, mode);
}

Result<VerifyResult> MemoryResponses::verify() {
  const std::lock_guard lock(mutex_);
  return VerifyResult{.checked = entries_.size(), .damaged = {}, .foreign_version = 0};
}

}  // namespace anyclaude
