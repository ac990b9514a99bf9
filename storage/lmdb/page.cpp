#include "storage/lmdb/page.h"

#include <algorithm>
#include <bit>

namespace anyclaude::lmdb {
namespace {

constexpr std::uint16_t kBranchFlag = 1;
constexpr std::uint16_t kLeafFlag = 2;
constexpr std::uint16_t kOutsideFlag = 4;
constexpr std::uint16_t kHeadFlag = 8;
constexpr std::size_t kKeyBytesMax = 511;
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
// A terabyte. No store is larger; a head that says so is noise.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 40u;

static_assert(sizeof(std::size_t) == 8, "LMDB's pages have another layout on machines of 32 bits");

constexpr std::size_t even(std::size_t bytes) {
  return (bytes + 1) & ~std::size_t{1};
}

// What the entry takes of the page; 0 when it reaches beyond it.
std::size_t node_bytes(const char* page, std::size_t offset, std::size_t page_bytes, PageKind kind) {
  const Node node(page + offset);
  std::size_t bytes = Node::kHeadBytes + node.key_bytes();
  if (kind == PageKind::leaf) {
    if ((node.flags() & ~3u) != 0 || (node.is_outside() && node.is_table())) return 0;
    if (node.is_table() && node.data_bytes() != TableRoot::kBytes) return 0;
    bytes += node.is_outside() ? sizeof(PageNumber) : node.data_bytes();
  }
  return even(bytes) <= page_bytes - offset ? even(bytes) : 0;
}

}  // namespace

int compare_keys(std::string_view left, std::string_view right, KeyOrder order) {
  if (order == KeyOrder::bytes) return left.compare(right);
  const auto number = [](std::string_view key) {
    return key.size() == sizeof(std::uint64_t) ? number_at<std::uint64_t>(key.data()) : 0;
  };
  const std::uint64_t first = number(left);
  const std::uint64_t second = number(right);
  return first < second ? -1 : first > second ? 1 : 0;
}

std::size_t Page::first_not_before(std::string_view key, KeyOrder order) const {
  std::size_t low = 0;
  std::size_t high = count();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (compare_keys(node(middle).key(), key, order) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// The first key of a branch counts as lower than every other, whatever it is.
std::size_t Page::child_for(std::string_view key, KeyOrder order) const {
  std::size_t low = 1;
  std::size_t high = count();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (compare_keys(node(middle).key(), key, order) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low - 1;
}

bool is_sound_page(const char* bytes, std::size_t page_bytes, PageNumber number, PageKind kind,
                   KeyOrder order) {
  if (number_at<std::uint64_t>(bytes) != number) return false;
  if (number_at<std::uint16_t>(bytes + 10) != (kind == PageKind::branch ? kBranchFlag : kLeafFlag))
    return false;
  const std::size_t lower = number_at<std::uint16_t>(bytes + 12);
  const std::size_t upper = number_at<std::uint16_t>(bytes + 14);
  if (lower < kPageHeadBytes + 2 || lower % 2 != 0 || lower > upper || upper > page_bytes) return false;
  const Page page(bytes);
  std::size_t filled = 0;
  for (std::size_t i = 0; i < page.count(); ++i) {
    const std::size_t offset = number_at<std::uint16_t>(bytes + kPageHeadBytes + 2 * i);
    if (offset < upper || offset % 2 != 0 || offset + Node::kHeadBytes > page_bytes) return false;
    const std::size_t size = node_bytes(bytes, offset, page_bytes, kind);
    const bool is_first_of_branch = kind == PageKind::branch && i == 0;
    const std::size_t key_bytes = page.node(i).key_bytes();
    if (size == 0 || key_bytes > kKeyBytesMax) return false;
    if (order == KeyOrder::number && !is_first_of_branch && key_bytes != sizeof(std::uint64_t)) return false;
    filled += size;
    const bool has_one_before = i > (kind == PageKind::branch ? 1u : 0u);
    if (has_one_before && compare_keys(page.node(i - 1).key(), page.node(i).key(), order) >= 0) return false;
  }
  // Entries fill the page from its end without a gap, so two that overlap leave the sum too large.
  return filled == page_bytes - upper;
}

std::uint64_t sound_run(const char* head, PageNumber number) {
  if (number_at<std::uint64_t>(head) != number || number_at<std::uint16_t>(head + 10) != kOutsideFlag)
    return 0;
  return number_at<std::uint32_t>(head + 12);
}

TableRoot TableRoot::read(const char* bytes) {
  return {number_at<std::uint16_t>(bytes + 4),  number_at<std::uint16_t>(bytes + 6),
          number_at<std::uint64_t>(bytes + 8),  number_at<std::uint64_t>(bytes + 16),
          number_at<std::uint64_t>(bytes + 24), number_at<std::uint64_t>(bytes + 32),
          number_at<std::uint64_t>(bytes + 40)};
}

bool TableRoot::is_sound(std::uint64_t pages) const {
  if (root == kNoPage) return depth == 0 && entries == 0;
  return root >= 2 && root < pages && depth >= 1 && depth <= kTreeDepthMax && branch_pages < pages &&
         leaf_pages >= 1 && leaf_pages < pages && outside_pages < pages;
}

bool FileHead::read(const char* bytes, PageNumber number, FileHead& head) {
  const char* const body = bytes + kPageHeadBytes;
  if (number_at<std::uint64_t>(bytes) != number || number_at<std::uint16_t>(bytes + 10) != kHeadFlag ||
      number_at<std::uint32_t>(body) != kMagic || number_at<std::uint32_t>(body + 4) != kDataVersion)
    return false;
  head.page_bytes = number_at<std::uint32_t>(body + 24);
  if (head.page_bytes < kPageSizeMin || head.page_bytes > kPageSizeMax ||
      !std::has_single_bit(head.page_bytes))
    return false;
  head.free_pages = TableRoot::read(body + 24);
  head.names = TableRoot::read(body + 24 + TableRoot::kBytes);
  const auto last = number_at<std::uint64_t>(body + 120);
  head.transaction = number_at<std::uint64_t>(body + 128);
  if (last < 1 || last >= kFileBytesMax / head.page_bytes) return false;
  head.pages = last + 1;
  return head.free_pages.is_sound(head.pages) && head.names.is_sound(head.pages);
}

}  // namespace anyclaude::lmdb
