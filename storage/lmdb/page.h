// A page of LMDB's file, checked. The layout is that of LMDB 0.9 on machines with addresses of 64 bits; it is
// the same in every release of that series, whose files have data version 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace anyclaude::lmdb {

using PageNumber = std::uint64_t;
inline constexpr PageNumber kNoPage = ~PageNumber{0};
inline constexpr std::size_t kPageHeadBytes = 16;
inline constexpr std::size_t kPageSizeMin = 512;
inline constexpr std::size_t kPageSizeMax = 32'768;
// LMDB's own cursors are no deeper.
inline constexpr std::uint64_t kTreeDepthMax = 32;

enum class PageKind { branch, leaf };
// How the keys of a tree are ordered: bytewise, or as numbers (the list of free pages).
enum class KeyOrder { bytes, number };

template <typename Number>
Number number_at(const char* bytes) {
  Number number{};
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

int compare_keys(std::string_view left, std::string_view right, KeyOrder order);

// One entry of a page that was checked.
class Node {
 public:
  explicit Node(const char* bytes) : bytes_(bytes) {}
  std::string_view key() const { return {bytes_ + kHeadBytes, key_bytes()}; }
  std::size_t data_bytes() const { return number_at<std::uint32_t>(bytes_); }
  // The value is on pages of its own.
  bool is_outside() const { return (flags() & 1u) != 0; }
  // The value is the root of a named table.
  bool is_table() const { return (flags() & 2u) != 0; }
  PageNumber outside_page() const { return number_at<std::uint64_t>(data()); }
  std::string_view value() const { return {data(), data_bytes()}; }
  // In a branch.
  PageNumber child() const { return number_at<std::uint32_t>(bytes_) | PageNumber{flags()} << 32u; }

  static constexpr std::size_t kHeadBytes = 8;
  std::uint16_t flags() const { return number_at<std::uint16_t>(bytes_ + 4); }
  std::size_t key_bytes() const { return number_at<std::uint16_t>(bytes_ + 6); }

 private:
  const char* data() const { return bytes_ + kHeadBytes + key_bytes(); }
  const char* bytes_;
};

// Lives as long as the bytes.
class Page {
 public:
  explicit Page(const char* bytes) : bytes_(bytes) {}
  std::size_t count() const { return (number_at<std::uint16_t>(bytes_ + 12) - kPageHeadBytes) / 2; }
  Node node(std::size_t index) const {
    return Node(bytes_ + number_at<std::uint16_t>(bytes_ + kPageHeadBytes + 2 * index));
  }
  // Of a leaf: the first entry whose key is not before `key`; count() when there is none.
  std::size_t first_not_before(std::string_view key, KeyOrder order) const;
  // Of a branch: the child in whose range the key is.
  std::size_t child_for(std::string_view key, KeyOrder order) const;

 private:
  const char* bytes_;
};

// Whether `bytes` are a page of that number and kind in which every entry lies within the page, no two of
// them overlap, and keys ascend. Nothing beyond the page is looked at.
bool is_sound_page(const char* bytes, std::size_t page_bytes, PageNumber number, PageKind kind,
                   KeyOrder order);

// How many pages a value outside its leaf takes.
inline std::uint64_t pages_outside(std::uint64_t data_bytes, std::size_t page_bytes) {
  return (kPageHeadBytes + data_bytes + page_bytes - 1) / page_bytes;
}
// The number of pages of such a value, by the head of its first; 0 when that is no such page.
std::uint64_t sound_run(const char* head, PageNumber number);

// The root of a tree, and what it counts.
struct TableRoot {
  std::uint16_t flags = 0;
  std::uint64_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t outside_pages = 0;
  std::uint64_t entries = 0;
  PageNumber root = kNoPage;

  static constexpr std::size_t kBytes = 48;
  static TableRoot read(const char* bytes);
  // `pages`: how many the file may have.
  bool is_sound(std::uint64_t pages) const;
  std::uint64_t pages() const { return branch_pages + leaf_pages + outside_pages; }
};

// One of the two heads of a file.
struct FileHead {
  std::size_t page_bytes = 0;
  TableRoot free_pages;
  TableRoot names;
  std::uint64_t pages = 0;  // the file's, free ones included
  std::uint64_t transaction = 0;

  static constexpr std::size_t kBytes = kPageHeadBytes + 136;
  // False when the bytes are no head of page `number`, or point outside of what can be.
  static bool read(const char* bytes, PageNumber number, FileHead& head);
};

}  // namespace anyclaude::lmdb
