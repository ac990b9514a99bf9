#include "prompt/rules/set_ranks.h"

#include <algorithm>

#include "base/byte_codec.h"

namespace anyclaude {

bool SetRanks::observe(std::vector<std::uint64_t> members) {
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (members.empty() || members.size() > kMembersMax) return false;
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(sets_, members);
  if (known != sets_.end()) {
    std::rotate(sets_.begin(), known, known + 1);
    return false;
  }
  add(std::move(members));
  return true;
}

void SetRanks::add(std::vector<std::uint64_t> members) {
  for (const std::uint64_t member : members) ++counts_[member];
  sets_.push_front(std::move(members));
  if (sets_.size() <= kSetsMax) return;
  for (const std::uint64_t member : sets_.back())
    if (--counts_[member] == 0) counts_.erase(member);
  sets_.pop_back();
}

std::uint64_t SetRanks::count(std::uint64_t member) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(member);
  return found == counts_.end() ? 0 : found->second;
}

std::string SetRanks::encode() const {
  const std::lock_guard lock(mutex_);
  ByteWriter out;
  out.list(sets_, [&out](const auto& members) {
    out.list(members, [&out](std::uint64_t member) { out.number(member); });
  });
  return out.take();
}

void SetRanks::decode(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  sets_.clear();
  counts_.clear();
  std::vector<std::vector<std::uint64_t>> sets;
  ByteReader in(bytes);
  in.list([&] {
    std::vector<std::uint64_t> members;
    in.list([&] { members.push_back(in.number()); });
    sets.push_back(std::move(members));
  });
  if (!in.complete()) return;
  std::ranges::reverse(sets);
  for (auto& members : sets) add(std::move(members));
}

}  // namespace anyclaude
