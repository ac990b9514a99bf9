// What servers reported of prompts that they read whole, so that a later prompt of the same conversation can
// be held against it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "prompt/chain/prefix_chain.h"

namespace anyclaude {

// A prompt that was read whole.
struct ReadPrompt {
  std::uint64_t tokens = 0;  // as its server reported them
  std::uint64_t bytes = 0;   // of its text: PromptSize::total_bytes()
};

// Thread-safe. Holds the last kReadPromptsMax prompts, in memory.
class PromptReports {
 public:
  enum class Notice { first, repeated };

  // The longest prompt read whole that `chain` begins with. `model` names a server and what it runs.
  std::optional<ReadPrompt> known_beginning(std::string_view model, const PrefixChain& chain) const;
  void note_whole(std::string_view model, const PrefixChain& chain, const ReadPrompt& prompt);
  // A prompt of this model was cut: `first` when that is the news.
  Notice note_cut(std::string_view model);

 private:
  using Key = std::pair<std::string, Digest128>;
  struct Entry {
    ReadPrompt prompt;
    std::uint64_t noted = 0;
  };
  void make_room();

  mutable std::mutex mutex_;
  std::map<Key, Entry> prompts_;
  std::map<std::uint64_t, Key> by_age_;
  std::set<std::string, std::less<>> cut_models_;
  std::uint64_t noted_ = 0;
};

}  // namespace anyclaude
