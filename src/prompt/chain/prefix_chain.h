// A prompt as a chain of hashes: equal links mean equal prompts up to there.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace anyclaude {

// What a segment is, in the words of a prompt and not of a wire format. The values are hashed: they never
// change.
enum class SegmentKind : unsigned char {
  system_text = 1,
  tool_definition = 2,
  user_turn = 3,
  assistant_turn = 4,
  tool_result = 5,
};

struct ChainLink {
  Digest128 digest;       // of this segment and everything before it
  std::size_t bytes = 0;  // of this segment's text
};

// h(k) = XXH3-128(h(k-1) || kind, length and text of segment k), h(-1) being 16 zero bytes. Not thread-safe.
class PrefixChain {
 public:
  explicit PrefixChain(const HashSecret& secret) : secret_(secret) {}

  void append(SegmentKind kind, std::string_view text);

  const std::vector<ChainLink>& links() const { return links_; }
  // How many links the two have in common from the front.
  std::size_t common_links(const PrefixChain& other) const;
  // The text bytes of the first `links` links.
  std::size_t bytes_of_first(std::size_t links) const;

 private:
  HashSecret secret_;
  std::vector<ChainLink> links_;
};

}  // namespace anyclaude
