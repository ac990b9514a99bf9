#include "storage/lmdb/snapshot.h"

#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace anyclaude::lmdb {
namespace {

// More than any value of ours and any list of free pages.
constexpr std::uint64_t kValueBytesMax = 1024ull * 1024 * 1024;
// A head that a writer overwrites while it is read comes out torn: only one that stays so is damaged.
constexpr int kHeadReadsMax = 16;

}  // namespace

int Snapshot::read(PageNumber number, std::size_t offset, std::size_t bytes, char* out) const {
  const auto place = static_cast<off_t>(number * head_.page_bytes + offset);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ::pread(file_, out + done, bytes - done, place + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return MDB_CORRUPTED;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

int Snapshot::open(int file, std::uint64_t transaction) {
  if (is_open_ && file_ == file && head_.transaction == transaction) return 0;
  return open_heads(file, transaction);
}

int Snapshot::open_newest(int file) {
  return open_heads(file, std::nullopt);
}

int Snapshot::open_heads(int file, std::optional<std::uint64_t> transaction) {
  is_open_ = false;
  file_ = file;
  roots_.clear();
  for (Known& known : known_) known.number = kNoPage;
  int code = MDB_CORRUPTED;
  for (int attempt = 0; code == MDB_CORRUPTED && attempt < (transaction ? kHeadReadsMax : 1); ++attempt)
    code = read_heads(transaction);
  is_open_ = code == 0;
  return code;
}

int Snapshot::read_heads(std::optional<std::uint64_t> wanted) {
  std::array<char, FileHead::kBytes> bytes{};
  head_ = {};
  if (const int code = read(0, 0, bytes.size(), bytes.data()); code != 0) return code;
  FileHead first;
  FileHead second;
  if (!FileHead::read(bytes.data(), 0, first)) return MDB_CORRUPTED;
  head_.page_bytes = first.page_bytes;
  const auto first_bytes = bytes;
  if (const int code = read(1, 0, bytes.size(), bytes.data()); code != 0) return code;
  if (!FileHead::read(bytes.data(), 1, second) || second.page_bytes != first.page_bytes) return MDB_CORRUPTED;
  const std::uint64_t transaction = wanted.value_or(std::max(first.transaction, second.transaction));
  if (first.transaction != transaction && second.transaction != transaction) return EAGAIN;
  // A file that was never written to has two heads of transaction 0, which are the same.
  const PageNumber number = first.transaction == transaction ? 0 : 1;
  head_ = number == 0 ? first : second;
  // A writer may have overwritten it while it was read.
  std::array<char, FileHead::kBytes> again{};
  if (const int code = read(number, 0, again.size(), again.data()); code != 0) return code;
  if (number == 0 && !std::ranges::equal(again, first_bytes)) return EAGAIN;
  return number == 1 && !std::ranges::equal(again, bytes) ? EAGAIN : 0;
}

int Snapshot::page(PageNumber number, PageKind kind, KeyOrder order, const char*& bytes) {
  if (number < 2 || number >= head_.pages) return MDB_CORRUPTED;
  Known& known = known_[number % kKnownMax];
  if (known.number != number || known.kind != kind) {
    known.number = kNoPage;
    known.bytes.resize(head_.page_bytes);
    if (const int code = read(number, 0, head_.page_bytes, known.bytes.data()); code != 0) return code;
    if (!is_sound_page(known.bytes.data(), head_.page_bytes, number, kind, order)) return MDB_CORRUPTED;
    known.number = number;
    known.kind = kind;
  }
  bytes = known.bytes.data();
  return 0;
}

int Snapshot::table(std::string_view name, std::optional<TableRoot>& root) {
  const auto known = std::ranges::find(roots_, name, &NamedRoot::name);
  if (known != roots_.end()) {
    root = known->root;
    return 0;
  }
  root.reset();
  SnapshotCursor cursor(*this, head_.names);
  const int code = cursor.seek(name);
  if (code != 0 && code != MDB_NOTFOUND) return code;
  if (code == 0 && cursor.key() == name) {
    if (cursor.value().size() != TableRoot::kBytes) return MDB_CORRUPTED;
    root = TableRoot::read(cursor.value().data());
    if (!root->is_sound(head_.pages)) return MDB_CORRUPTED;
  }
  roots_.push_back({std::string(name), root});
  return 0;
}

int Snapshot::get(const TableRoot& table, std::string_view key, std::optional<std::string>& value) {
  value.reset();
  SnapshotCursor cursor(*this, table);
  const int code = cursor.seek(key);
  if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
  if (cursor.key() == key) value = cursor.value();
  return 0;
}

int Snapshot::check_run(const Node& node, std::uint64_t& pages) const {
  std::array<char, kPageHeadBytes> head{};
  const PageNumber number = node.outside_page();
  if (number < 2 || number >= head_.pages || node.data_bytes() > kValueBytesMax) return MDB_CORRUPTED;
  if (const int code = read(number, 0, head.size(), head.data()); code != 0) return code;
  pages = sound_run(head.data(), number);
  const bool fits =
      pages >= pages_outside(node.data_bytes(), head_.page_bytes) && pages <= head_.pages - number;
  return fits ? 0 : MDB_CORRUPTED;
}

int Snapshot::value_of(const Node& node, std::string& value) {
  if (!node.is_outside()) {
    value = node.value();
    return 0;
  }
  std::uint64_t pages = 0;
  if (const int code = check_run(node, pages); code != 0) return code;
  value.resize(node.data_bytes());
  return read(node.outside_page(), kPageHeadBytes, value.size(), value.data());
}

int Snapshot::check_edge(PageNumber number, std::uint64_t level, bool last) {
  for (;; --level) {
    const char* bytes = nullptr;
    const PageKind kind = level == 1 ? PageKind::leaf : PageKind::branch;
    if (const int code = page(number, kind, KeyOrder::bytes, bytes); code != 0) return code;
    if (level == 1) return 0;
    number = Page(bytes).node(last ? Page(bytes).count() - 1 : 0).child();
  }
}

// Deleting merges a page with the one beside it, on whatever level, and looks up the lowest leaf below both;
// a cursor that moves on goes to the edge of the neighbour.
int Snapshot::check_level(const Page& page, std::size_t index, std::uint64_t level) {
  struct Edge {
    PageNumber number;
    bool last;
  };
  std::array<Edge, 6> edges{};
  std::size_t count = 0;
  const auto add = [&](std::size_t child) {
    edges[count++] = {page.node(child).child(), false};
    edges[count++] = {page.node(child).child(), true};
  };
  if (index > 0) add(index - 1);
  add(index);
  if (index + 1 < page.count()) add(index + 1);
  for (std::size_t i = 0; i < count; ++i)
    if (const int code = check_edge(edges[i].number, level - 1, edges[i].last); code != 0) return code;
  return 0;
}

int Snapshot::check_way(const TableRoot& table, std::string_view key) {
  PageNumber number = table.root;
  for (std::uint64_t level = table.depth; level > 0; --level) {
    const char* bytes = nullptr;
    const PageKind kind = level == 1 ? PageKind::leaf : PageKind::branch;
    if (const int code = page(number, kind, KeyOrder::bytes, bytes); code != 0) return code;
    if (level == 1) {
      const Page leaf(bytes);
      const std::size_t index = leaf.first_not_before(key, KeyOrder::bytes);
      std::uint64_t pages = 0;
      return index < leaf.count() && leaf.node(index).is_outside() ? check_run(leaf.node(index), pages) : 0;
    }
    const std::size_t index = Page(bytes).child_for(key, KeyOrder::bytes);
    number = Page(bytes).node(index).child();
    if (const int code = check_level(Page(bytes), index, level); code != 0) return code;
  }
  return 0;
}

// Each value of the list: a count, then so many page numbers, the highest first.
int Snapshot::next_free_list(std::optional<std::string>& after, std::string& value, bool& end) {
  SnapshotCursor cursor(*this, head_.free_pages, SnapshotCursor::Damage::ends_walk, KeyOrder::number);
  int code = cursor.seek(after.value_or(std::string()));
  if (code == 0 && after && cursor.key() == *after) code = cursor.next();
  end = code == MDB_NOTFOUND;
  if (code != 0) return end ? 0 : code;
  after = cursor.key();
  value = cursor.value();
  if (value.size() < sizeof(PageNumber)) return MDB_CORRUPTED;
  const auto count = number_at<PageNumber>(value.data());
  if (count > value.size() / sizeof(PageNumber) - 1) return MDB_CORRUPTED;
  value.resize((count + 1) * sizeof(PageNumber));
  PageNumber before = head_.pages;
  for (std::size_t at = sizeof(PageNumber); at < value.size(); at += sizeof(PageNumber)) {
    const auto number = number_at<PageNumber>(value.data() + at);
    if (number < 2 || number >= before) return MDB_CORRUPTED;
    before = number;
  }
  return 0;
}

int Snapshot::check_free_pages() {
  return visit_free_pages([](PageNumber) { return 0; });
}

int Snapshot::check_below(PageNumber number, std::uint64_t level, std::uint64_t& pages_left) {
  if (pages_left-- == 0) return MDB_CORRUPTED;
  const char* bytes = nullptr;
  const PageKind kind = level == 1 ? PageKind::leaf : PageKind::branch;
  if (const int code = page(number, kind, KeyOrder::bytes, bytes); code != 0) return code;
  const std::size_t count = Page(bytes).count();
  for (std::size_t i = 0; i < count; ++i) {
    // Deeper pages may have taken this one's place.
    if (const int code = page(number, kind, KeyOrder::bytes, bytes); code != 0) return code;
    const Node node = Page(bytes).node(i);
    std::uint64_t run = 0;
    const int code = level > 1           ? check_below(node.child(), level - 1, pages_left)
                     : node.is_outside() ? check_run(node, run)
                                         : 0;
    if (code != 0) return code;
  }
  return 0;
}

int Snapshot::check_whole(const TableRoot& table) {
  if (table.root == kNoPage) return 0;
  std::uint64_t pages_left = head_.pages;
  return check_below(table.root, table.depth, pages_left);
}

int SnapshotCursor::load(std::size_t level, const char*& bytes) {
  if (level >= table_->depth) return MDB_CORRUPTED;
  return pages_.page(way_[level].number, is_leaf(level) ? PageKind::leaf : PageKind::branch, order_, bytes);
}

int SnapshotCursor::seek(std::string_view key) {
  way_.clear();
  has_key_ = false;
  if (!table_ || table_->root == kNoPage) return MDB_NOTFOUND;
  way_.push_back({table_->root, 0});
  while (!key.empty()) {
    const char* bytes = nullptr;
    const std::size_t level = way_.size() - 1;
    if (load(level, bytes) != 0) break;  // settle() meets it again
    if (is_leaf(level)) {
      way_.back().index = Page(bytes).first_not_before(key, order_);
      break;
    }
    way_.back().index = Page(bytes).child_for(key, order_);
    way_.push_back({Page(bytes).node(way_.back().index).child(), 0});
  }
  return settle();
}

int SnapshotCursor::last() {
  way_.clear();
  has_key_ = false;
  if (!table_ || table_->root == kNoPage) return MDB_NOTFOUND;
  way_.push_back({table_->root, 0});
  for (;;) {
    const char* bytes = nullptr;
    const std::size_t level = way_.size() - 1;
    if (const int code = load(level, bytes); code != 0) return code;
    way_.back().index = Page(bytes).count() - 1;
    const Node node = Page(bytes).node(way_.back().index);
    if (is_leaf(level)) return take(node);
    way_.push_back({node.child(), 0});
  }
}

int SnapshotCursor::next() {
  if (way_.empty()) return MDB_NOTFOUND;
  ++way_.back().index;
  return settle();
}

int SnapshotCursor::settle() {
  const bool goes_on = damage_ == Damage::passed_over;
  while (!way_.empty()) {
    const char* bytes = nullptr;
    const std::size_t level = way_.size() - 1;
    const int code = load(level, bytes);
    if (code != 0 && !goes_on) return code;
    if (code != 0) ++passed_over_;
    if (code != 0 || way_.back().index >= Page(bytes).count()) {
      way_.pop_back();
      if (!way_.empty()) ++way_.back().index;
      continue;
    }
    const Node node = Page(bytes).node(way_.back().index);
    if (!is_leaf(level)) {
      way_.push_back({node.child(), 0});
      continue;
    }
    const int taken = take(node);
    if (taken == 0 || !goes_on) return taken;
    ++passed_over_;
    ++way_.back().index;
  }
  return MDB_NOTFOUND;
}

int SnapshotCursor::take(const Node& node) {
  if (has_key_ && compare_keys(node.key(), key_, order_) <= 0) return MDB_CORRUPTED;
  key_ = node.key();
  has_key_ = true;
  return pages_.value_of(node, value_);
}

}  // namespace anyclaude::lmdb
