// How widely things are shared: in how many distinct sets each was seen.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"

namespace anyclaude {

// Remembers the sets seen last; a set that goes unseen while kSetsMax others come is forgotten, and its
// members count less: that bounds the counts and lets them decay. Thread-safe; no call takes longer for a
// larger set than kMembersMax, which is not remembered.
class SetRanks {
 public:
  static constexpr std::size_t kSetsMax = 64;
  static constexpr std::size_t kMembersMax = 512;

  // Whether the set is a new one. The order of its members makes no difference.
  bool observe(std::vector<std::uint64_t> members);
  // In how many of the remembered sets it is.
  std::uint64_t count(std::uint64_t member) const;

  std::string encode() const;
  void decode(std::string_view bytes);

 private:
  // With mutex_ held.
  void add(std::vector<std::uint64_t> members);

  mutable std::mutex mutex_;
  std::deque<std::vector<std::uint64_t>> sets_;  // sorted members; the set seen last in front
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

}  // namespace anyclaude
