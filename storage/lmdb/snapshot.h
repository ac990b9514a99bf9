// What one transaction sees of the file, read page by page with pread() and checked before anything in it is
// believed. liblmdb itself trusts its memory map: where the file was cut or overwritten it faults, asserts or
// walks in circles.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/lmdb/page.h"

namespace anyclaude::lmdb {

// Every function returns LMDB's code: MDB_CORRUPTED for a page that is not what it should be or lies beyond
// the file's end, and the system's code when it could not be read. Not thread-safe.
class Snapshot {
 public:
  // `file` stays the caller's. EAGAIN when neither head of the file is of this transaction: it is over, or
  // the heads are damaged. Pages that were read stay known while the transaction is the same.
  int open(int file, std::uint64_t transaction);

  // Forgets the pages that are known, which may have been damaged since they were read. As open().
  int reopen() { return open_heads(file_, head_.transaction); }

  // What the file's last transaction saw. For a file that no process changes meanwhile.
  int open_newest(int file);

  const FileHead& head() const { return head_; }
  // Nothing when there is no such table.
  int table(std::string_view name, std::optional<TableRoot>& root);
  // A copy. MDB_NOTFOUND is nothing and no error.
  int get(const TableRoot& table, std::string_view key, std::optional<std::string>& value);
  // Whether liblmdb can change the entry without meeting a damaged page: those on the way to the key, their
  // neighbours, and the value's own.
  int check_way(const TableRoot& table, std::string_view key);
  // Whether liblmdb can take pages from the list of free ones and put some into it.
  int check_free_pages();
  // Calls `visit` for every page in that list.
  template <typename Visit>
  int visit_free_pages(Visit visit);
  // Every page of the table.
  int check_whole(const TableRoot& table);

  // The page's bytes, checked, until the next call.
  int page(PageNumber number, PageKind kind, KeyOrder order, const char*& bytes);
  // The value of an entry, wherever it is.
  int value_of(const Node& node, std::string& value);
  // Whether the value's own pages are there; how many they are.
  int check_run(const Node& node, std::uint64_t& pages) const;
  int read(PageNumber number, std::size_t offset, std::size_t bytes, char* out) const;

 private:
  struct Known {
    PageNumber number = kNoPage;
    PageKind kind = PageKind::leaf;
    std::string bytes;
  };
  struct NamedRoot {
    std::string name;
    std::optional<TableRoot> root;
  };
  static constexpr std::size_t kKnownMax = 64;

  int read_heads(std::optional<std::uint64_t> transaction);
  int open_heads(int file, std::optional<std::uint64_t> transaction);
  int check_edge(PageNumber number, std::uint64_t level, bool last);
  int check_level(const Page& page, std::size_t index, std::uint64_t level);
  int check_below(PageNumber number, std::uint64_t level, std::uint64_t& pages_left);
  int next_free_list(std::optional<std::string>& after, std::string& value, bool& end);

  int file_ = -1;
  FileHead head_;
  bool is_open_ = false;
  std::array<Known, kKnownMax> known_;
  std::vector<NamedRoot> roots_;
};

// Walks a table in key order. Keys that do not ascend from page to page are MDB_CORRUPTED, so every walk
// ends.
class SnapshotCursor {
 public:
  // What to do with a page that is damaged: end with its code, or go on behind what it held.
  enum class Damage { ends_walk, passed_over };

  SnapshotCursor(Snapshot& pages, std::optional<TableRoot> table, Damage damage = Damage::ends_walk,
                 KeyOrder order = KeyOrder::bytes)
      : pages_(pages), table_(std::move(table)), damage_(damage), order_(order) {}

  // To the first key that is not before `key`, the first of all when it is empty; MDB_NOTFOUND beyond the
  // last.
  int seek(std::string_view key);
  int last();
  int next();
  const std::string& key() const { return key_; }
  const std::string& value() const { return value_; }
  // Damaged pages that were passed over.
  std::uint64_t passed_over() const { return passed_over_; }

 private:
  struct Step {
    PageNumber number = kNoPage;
    std::size_t index = 0;
  };

  bool is_leaf(std::size_t level) const { return level + 1 == table_->depth; }
  int load(std::size_t level, const char*& bytes);
  // From where the way ends to the first entry from there on.
  int settle();
  int take(const Node& node);

  Snapshot& pages_;
  const std::optional<TableRoot> table_;
  const Damage damage_;
  const KeyOrder order_;
  std::vector<Step> way_;  // from the root
  std::string key_;
  std::string value_;
  bool has_key_ = false;
  std::uint64_t passed_over_ = 0;
};

template <typename Visit>
int Snapshot::visit_free_pages(Visit visit) {
  std::optional<std::string> after;
  std::string value;
  for (bool end = false;;) {
    if (const int code = next_free_list(after, value, end); code != 0 || end) return code;
    for (std::size_t at = sizeof(PageNumber); at < value.size(); at += sizeof(PageNumber))
      if (const int code = visit(number_at<PageNumber>(value.data() + at)); code != 0) return code;
  }
}

}  // namespace anyclaude::lmdb
