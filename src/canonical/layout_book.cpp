#include "canonical/layout_book.h"

#include <algorithm>
#include <tuple>

namespace anyclaude {
namespace {

constexpr std::size_t kEntriesInMemoryMax = 128;

}  // namespace

LayoutBook::Entry& LayoutBook::entry(const std::string& key) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return entries_.front();
  }
  entries_.push_front({key, {}});
  by_key_[key] = entries_.begin();
  if (const auto stored = state_.get(kLayoutsTable, key))
    if (auto layouts = decode_layouts(*stored)) entries_.front().layouts = std::move(*layouts);
  if (entries_.size() > kEntriesInMemoryMax) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return entries_.front();
}

std::vector<ConversationLayout> LayoutBook::candidates(const std::string& key,
                                                       const std::vector<std::uint64_t>& links,
                                                       std::uint64_t session) {
  std::vector<ConversationLayout> found;
  for (const ConversationLayout& layout : entry(key).layouts) {
    const std::size_t common = common_links(layout.links, links);
    const bool whole = common == layout.links.size();
    if (common > 0 && (whole || links.size() > 1)) found.push_back(layout);
  }
  std::ranges::stable_sort(found, std::ranges::greater(), [&](const ConversationLayout& layout) {
    const std::size_t common = common_links(layout.links, links);
    return std::tuple(common == layout.links.size(), common, layout.session == session);
  });
  return found;
}

void LayoutBook::keep(const std::string& key, ConversationLayout layout) {
  std::vector<ConversationLayout>& layouts = entry(key).layouts;
  if (layout.number == 0) {
    for (const ConversationLayout& other : layouts) layout.number = std::max(layout.number, other.number);
    ++layout.number;
  }
  std::erase_if(layouts, [&](const ConversationLayout& other) { return other.number == layout.number; });
  layouts.insert(layouts.begin(), std::move(layout));
  if (layouts.size() > kLayoutsPerKeyMax) layouts.pop_back();
  state_.put(kLayoutsTable, key, encode_layouts(layouts));
}

}  // namespace anyclaude
