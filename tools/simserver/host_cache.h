// Slot states that were pushed out, kept in the host's memory while they fit (llama.cpp's --cache-ram).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "tools/simserver/tokenizer.h"

namespace anyclaude::sim {

// Not thread-safe.
class HostCache {
 public:
  // What the KV state of a token takes in a 30B mixture-of-experts model: 48 layers x 4 KV heads x 128 x
  // (key and value) x 2 bytes. 8192 MiB, llama.cpp's default, hold about four Claude Code conversations.
  static constexpr std::uint64_t kStateBytesPerToken = 98'304;

  // 0 keeps nothing.
  explicit HostCache(std::uint64_t mebibytes) : bytes_max_(mebibytes * 1024 * 1024) {}

  bool enabled() const { return bytes_max_ > 0; }
  // Keeps a copy, unless a kept state begins with all of it. States it begins with are dropped for it, and
  // the least recently saved ones while the rest does not fit. A state larger than the cache is not kept.
  void save(const Tokens& state);
  // Takes out the state that serves `prompt` best, if it serves it better than `current` does: more of the
  // prompt is found and less of the state is thrown away.
  std::optional<Tokens> take_better(const Tokens& current, const Tokens& prompt);

  std::size_t states() const { return states_.size(); }
  std::size_t tokens() const { return tokens_; }

 private:
  std::uint64_t bytes() const { return tokens_ * kStateBytesPerToken; }

  const std::uint64_t bytes_max_;
  std::list<Tokens> states_;  // least recently saved first
  std::size_t tokens_ = 0;
};

}  // namespace anyclaude::sim
