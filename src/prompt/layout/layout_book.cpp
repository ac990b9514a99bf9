#include "prompt/layout/layout_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::size_t kEntriesInMemoryMax = 128;
constexpr std::size_t kBytesInMemoryMax = 64u * 1024 * 1024;

std::size_t size_of_all(const std::vector<std::shared_ptr<const ConversationLayout>>& layouts) {
  std::size_t bytes = 0;
  for (const auto& layout : layouts) bytes += size_of(*layout);
  return bytes;
}

std::vector<std::shared_ptr<const ConversationLayout>> read_layouts(PendingState& state,
                                                                    const std::string& key) {
  std::vector<std::shared_ptr<const ConversationLayout>> layouts;
  const auto stored = state.get(kLayoutsTable, key);
  if (!stored) return layouts;
  if (auto decoded = decode_layouts(*stored))
    for (ConversationLayout& layout : *decoded)
      layouts.push_back(std::make_shared<const ConversationLayout>(std::move(layout)));
  return layouts;
}

}  // namespace

LayoutBook::Entry& LayoutBook::entry(const std::string& key, std::unique_lock<std::mutex>& lock) {
  Layouts stored;
  if (!by_key_.contains(key)) {
    lock.unlock();
    stored = read_layouts(state_, key);
    lock.lock();
  }
  // Another request of the conversation may have been faster.
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return entries_.front();
  }
  entries_.push_front({key, ++changes_, std::move(stored)});
  by_key_[key] = entries_.begin();
  bytes_ += size_of_all(entries_.front().layouts);
  make_room();
  return entries_.front();
}

// The entry in front stays.
void LayoutBook::make_room() {
  while (entries_.size() > 1 && (entries_.size() > kEntriesInMemoryMax || bytes_ > kBytesInMemoryMax)) {
    bytes_ -= size_of_all(entries_.back().layouts);
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

LayoutCandidates LayoutBook::candidates(const std::string& key, const std::vector<std::uint64_t>& links,
                                        std::uint64_t session) {
  LayoutCandidates found;
  {
    std::unique_lock lock(mutex_);
    const Entry& known = entry(key, lock);
    found = {known.layouts, known.version};
  }
  std::erase_if(found.layouts, [&links](const auto& layout) {
    const std::size_t common = common_links(layout->links, links);
    const bool whole = common == layout->links.size();
    return common == 0 || (!whole && links.size() == 1);
  });
  std::ranges::stable_sort(found.layouts, std::ranges::greater(), [&](const auto& layout) {
    const std::size_t common = common_links(layout->links, links);
    return std::tuple(common == layout->links.size(), common, layout->session == session);
  });
  return found;
}

LayoutBook::Kept LayoutBook::keep(const std::string& key, ConversationLayout layout, std::string_view project,
                                  std::uint64_t version) {
  if (size_of(layout) > limits::kRememberedLayoutBytesMax) return Kept::yes;
  std::unique_lock lock(mutex_);
  Entry& known = entry(key, lock);
  if (known.version != version) return Kept::too_late;
  put(known, std::move(layout), project);
  return Kept::yes;
}

void LayoutBook::keep(const std::string& key, ConversationLayout layout, std::string_view project) {
  if (size_of(layout) > limits::kRememberedLayoutBytesMax) return;
  std::unique_lock lock(mutex_);
  put(entry(key, lock), std::move(layout), project);
}

void LayoutBook::put(Entry& entry, ConversationLayout layout, std::string_view project) {
  Layouts& layouts = entry.layouts;
  bytes_ -= size_of_all(layouts);
  if (layout.number == 0) {
    for (const auto& other : layouts) layout.number = std::max(layout.number, other->number);
    ++layout.number;
  }
  std::erase_if(layouts, [&](const auto& other) { return other->number == layout.number; });
  layouts.insert(layouts.begin(), std::make_shared<const ConversationLayout>(std::move(layout)));
  // All of a key's layouts are one value of the table.
  while (layouts.size() > kLayoutsPerKeyMax ||
         (layouts.size() > 1 && size_of_all(layouts) > kLayoutsTable.value_bytes_max))
    layouts.pop_back();
  bytes_ += size_of_all(layouts);
  entry.version = ++changes_;
  state_.put_of_project(kLayoutsTable, entry.key, encode_layouts(layouts), project);
  make_room();
}

}  // namespace anyclaude
