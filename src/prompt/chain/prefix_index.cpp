#include "prompt/chain/prefix_index.h"

#include <algorithm>

#include "base/byte_codec.h"

namespace anyclaude {
namespace {

constexpr std::size_t kServersMax = 16;
constexpr std::size_t kSlotsMax = 64;
constexpr std::size_t kLinksMax = 8'192;

}  // namespace

// Leaves `lock` while the store is read.
PrefixIndex::Server& PrefixIndex::server(std::string_view backend, std::unique_lock<std::mutex>& lock) {
  if (const auto known = servers_.find(backend); known != servers_.end()) return known->second;
  lock.unlock();
  Server stored = read_server(backend);
  lock.lock();
  // Another request may have been faster.
  if (const auto known = servers_.find(backend); known != servers_.end()) return known->second;
  if (servers_.size() >= kServersMax) servers_.erase(servers_.begin());
  return servers_[std::string(backend)] = std::move(stored);
}

PrefixIndex::Server PrefixIndex::read_server(std::string_view backend) const {
  Server found;
  const auto stored = store_.get(kPrefixIndexTable, backend);
  if (!stored || !*stored) return found;
  ByteReader in(**stored);
  in.list([&] {
    const int number = static_cast<int>(in.number());
    Slot slot;
    slot.served_at_ms = static_cast<std::int64_t>(in.number());
    in.list([&] {
      const Digest128 digest{in.number(), in.number()};
      slot.links.push_back({digest, in.number()});
    });
    found.slots[number] = std::move(slot);
  });
  if (!in.complete()) found.slots.clear();
  return found;
}

ExpectedReuse PrefixIndex::expect(std::string_view backend, const PrefixChain& chain) {
  const std::size_t total = chain.bytes_of_first(chain.links().size());
  std::unique_lock lock(mutex_);
  ExpectedReuse best;
  for (const auto& [number, slot] : server(backend, lock).slots) {
    const auto same = [](const ChainLink& left, const ChainLink& right) {
      return left.digest == right.digest;
    };
    const auto& links = chain.links();
    const auto end =
        std::mismatch(links.begin(), links.end(), slot.links.begin(), slot.links.end(), same).first;
    const auto common = static_cast<std::size_t>(end - links.begin());
    if (common <= best.segments || total == 0) continue;
    const double fraction = static_cast<double>(chain.bytes_of_first(common)) / static_cast<double>(total);
    best = {number, fraction, common};
  }
  return best;
}

void PrefixIndex::note_served(std::string_view backend, int slot, const PrefixChain& chain) {
  std::unique_lock lock(mutex_);
  Server& known = server(backend, lock);
  Slot& served = known.slots[slot];
  served.served_at_ms = unix_milliseconds(clock_.system_now());
  const auto& links = chain.links();
  const auto kept = static_cast<std::ptrdiff_t>(std::min(links.size(), kLinksMax));
  served.links.assign(links.begin(), links.begin() + kept);
  known.changed = true;
  if (known.slots.size() > kSlotsMax)
    known.slots.erase(std::ranges::min_element(known.slots, {},
                                               [](const auto& entry) { return entry.second.served_at_ms; }));
}

Status PrefixIndex::flush() {
  std::vector<StateWrite> writes;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [backend, known] : servers_) {
      if (!known.changed) continue;
      known.changed = false;
      ByteWriter out;
      out.list(known.slots, [&out](const auto& entry) {
        out.number(static_cast<std::uint64_t>(entry.first));
        out.number(static_cast<std::uint64_t>(entry.second.served_at_ms));
        out.list(entry.second.links, [&out](const ChainLink& link) {
          out.number(link.digest.high);
          out.number(link.digest.low);
          out.number(link.bytes);
        });
      });
      writes.push_back({kPrefixIndexTable, backend, out.take()});
    }
  }
  return store_.write_all(std::move(writes));
}

void PrefixIndex::forget() {
  const std::lock_guard lock(mutex_);
  servers_.clear();
}

}  // namespace anyclaude
