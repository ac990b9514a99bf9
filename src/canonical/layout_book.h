// The layouts of conversations: in memory those used last, in the state store more.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "canonical/conversation_layout.h"
#include "canonical/pending_state.h"

namespace anyclaude {

inline constexpr StateTable kLayoutsTable{"prompt_layouts", 1, 512, 4 * 1024 * 1024};

// Conversations that begin alike (same partition, first turn and agent) share a key and have a layout each.
// Not thread-safe.
class LayoutBook {
 public:
  // Of those that begin alike, as many as are kept.
  static constexpr std::size_t kLayoutsPerKeyMax = 6;

  explicit LayoutBook(PendingState& state) : state_(state) {}

  // Those a request with these links may continue, the best first: whole ones (everything they have seen is
  // in the request) before those the request departs from, then the longest, then those of the same session.
  // A request that is nothing but a first turn continues only a layout that has seen no more than that.
  std::vector<ConversationLayout> candidates(const std::string& key, const std::vector<std::uint64_t>& links,
                                             std::uint64_t session);
  // A layout with the number of one that is there replaces it. A number of 0 is a new layout's.
  void keep(const std::string& key, ConversationLayout layout);

 private:
  struct Entry {
    std::string key;
    std::vector<ConversationLayout> layouts;  // the one used last in front
  };
  Entry& entry(const std::string& key);

  PendingState& state_;
  std::list<Entry> entries_;  // the one used last in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace anyclaude
