#include "prompt/chain/prefix_chain.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace anyclaude {

void PrefixChain::append(SegmentKind kind, std::string_view text) {
  const auto before = links_.empty() ? Digest128{}.bytes() : links_.back().digest.bytes();
  std::string bytes;
  bytes.reserve(before.size() + 9 + text.size());
  bytes.append(before.data(), before.size());
  bytes.push_back(static_cast<char>(kind));
  for (std::uint64_t length = text.size(), i = 0; i < 8; ++i, length >>= 8)
    bytes.push_back(static_cast<char>(length & 0xff));
  bytes.append(text);
  links_.push_back({keyed_digest(bytes, secret_), text.size()});
}

std::size_t PrefixChain::common_links(const PrefixChain& other) const {
  const auto same = [](const ChainLink& left, const ChainLink& right) { return left.digest == right.digest; };
  const auto end =
      std::mismatch(links_.begin(), links_.end(), other.links_.begin(), other.links_.end(), same).first;
  return static_cast<std::size_t>(end - links_.begin());
}

std::size_t PrefixChain::bytes_of_first(std::size_t links) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < std::min(links, links_.size()); ++i) bytes += links_[i].bytes;
  return bytes;
}

}  // namespace anyclaude
