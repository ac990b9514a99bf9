// The layouts of conversations: in memory those used last, in the state store more.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "prompt/layout/conversation_layout.h"
#include "prompt/layout/pending_state.h"

namespace anyclaude {

inline constexpr StateTable kLayoutsTable{"prompt_layouts", 1, 512, 4 * 1024 * 1024};

// Layouts that a request may continue, as they were at one time.
struct LayoutCandidates {
  std::vector<std::shared_ptr<const ConversationLayout>> layouts;
  std::uint64_t version = 0;  // of all that the key has
};

// Conversations that begin alike (same partition, first turn and agent) share a key and have a layout each.
// Thread-safe.
class LayoutBook {
 public:
  // Of those that begin alike, as many as are kept.
  static constexpr std::size_t kLayoutsPerKeyMax = 6;

  explicit LayoutBook(PendingState& state) : state_(state) {}

  // Those a request with these links may continue, the best first: whole ones (everything they have seen is
  // in the request) before those the request departs from, then the longest, then those of the same session.
  // A request that is nothing but a first turn continues only a layout that has seen no more than that.
  LayoutCandidates candidates(const std::string& key, const std::vector<std::uint64_t>& links,
                              std::uint64_t session);

  enum class Kept { yes, too_late };
  // A layout with the number of one that is there replaces it. A number of 0 is a new layout's. `too_late`
  // keeps nothing: another request has changed what the key has since `version`. A layout larger than
  // kRememberedLayoutBytesMax is not remembered; its conversation begins anew with each request. `project` is
  // the name of the conversation's project (storage/row_projects.h), or empty.
  Kept keep(const std::string& key, ConversationLayout layout, std::string_view project,
            std::uint64_t version);
  // Whatever happened meanwhile.
  void keep(const std::string& key, ConversationLayout layout, std::string_view project);

 private:
  using Layouts = std::vector<std::shared_ptr<const ConversationLayout>>;
  struct Entry {
    std::string key;
    std::uint64_t version = 0;
    Layouts layouts;  // the one used last in front
  };
  // With mutex_ held, which entry() leaves through `lock` while the store is read.
  Entry& entry(const std::string& key, std::unique_lock<std::mutex>& lock);
  void put(Entry& entry, ConversationLayout layout, std::string_view project);
  void make_room();

  PendingState& state_;
  std::mutex mutex_;          // of everything below
  std::list<Entry> entries_;  // the one used last in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  std::uint64_t changes_ = 0;  // the last version that was given
  std::size_t bytes_ = 0;      // of all layouts in memory
};

}  // namespace anyclaude
