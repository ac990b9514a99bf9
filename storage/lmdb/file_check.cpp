#include "storage/lmdb/file_check.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace anyclaude::lmdb {
namespace {

using std::chrono::steady_clock;

// The keys that a page may hold: from one on, and before another.
struct Range {
  std::optional<std::string> from;
  std::optional<std::string> before;
};

class FileCheck {
 public:
  FileCheck(Snapshot& pages, std::chrono::milliseconds time_max)
      : pages_(pages), deadline_(steady_clock::now() + time_max), used_(pages.head().pages) {}

  FileFindings run() {
    const FileHead& head = pages_.head();
    check_tree(head.free_pages, "the list of free pages", KeyOrder::number);
    check_tree(head.names, "the list of tables", KeyOrder::bytes);
    SnapshotCursor names(pages_, head.names, SnapshotCursor::Damage::passed_over);
    std::vector<std::string> tables;
    for (int code = names.seek({}); code == 0; code = names.next()) tables.push_back(names.key());
    for (const std::string& name : tables) {
      std::optional<TableRoot> root;
      if (pages_.table(name, root) != 0)
        add("the head of table " + name + " is damaged");
      else if (root)
        check_tree(*root, "table " + name, KeyOrder::bytes);
    }
    check_free_pages();
    return std::move(findings_);
  }

 private:
  void add(std::string fault) {
    if (findings_.faults.size() < FileFindings::kFaultsMax) findings_.faults.push_back(std::move(fault));
  }
  bool goes_on() {
    if (findings_.faults.size() >= FileFindings::kFaultsMax) return false;
    constexpr std::uint64_t kPagesBetweenLooks = 128;
    if (findings_.pages_checked % kPagesBetweenLooks == 0 && steady_clock::now() >= deadline_)
      findings_.is_complete = false;
    return findings_.is_complete;
  }
  // False when the page has an owner already.
  bool claim(PageNumber number, const std::string& where) {
    const bool is_free = number < used_.size() && !used_[number];
    if (is_free) used_[number] = true;
    if (!is_free) add("page " + std::to_string(number) + " of " + where + " has another place as well");
    return is_free;
  }

  void check_tree(const TableRoot& table, const std::string& where, KeyOrder order) {
    if (table.root == kNoPage) return;
    where_ = where;
    order_ = order;
    entries_ = 0;
    const std::size_t faults = findings_.faults.size();
    check_page(table.root, table.depth, {});
    if (findings_.is_complete && findings_.faults.size() == faults && entries_ != table.entries)
      add(where + " holds " + std::to_string(entries_) + " entries and counts " +
          std::to_string(table.entries));
  }

  void check_page(PageNumber number, std::uint64_t level, const Range& range) {
    if (!goes_on()) return;
    ++findings_.pages_checked;
    const char* bytes = nullptr;
    const PageKind kind = level == 1 ? PageKind::leaf : PageKind::branch;
    const int code = pages_.page(number, kind, order_, bytes);
    if (code != 0) return add_damage(number, code);
    if (!claim(number, where_)) return;
    if (!is_within(Page(bytes), kind, range)) return add_damage(number, MDB_CORRUPTED);
    if (level == 1) return check_leaf(Page(bytes));
    struct Below {
      PageNumber number;
      Range range;
    };
    std::vector<Below> below;
    const Page page(bytes);
    for (std::size_t i = 0; i < page.count(); ++i) {
      Range inner = range;
      if (i > 0) inner.from = page.node(i).key();
      if (i + 1 < page.count()) inner.before = page.node(i + 1).key();
      below.push_back({page.node(i).child(), std::move(inner)});
    }
    for (const Below& child : below) check_page(child.number, level - 1, child.range);
  }

  bool is_within(const Page& page, PageKind kind, const Range& range) const {
    const std::size_t first = kind == PageKind::branch ? 1 : 0;
    if (page.count() <= first) return true;
    return (!range.from || compare_keys(page.node(first).key(), *range.from, order_) >= 0) &&
           (!range.before || compare_keys(page.node(page.count() - 1).key(), *range.before, order_) < 0);
  }

  void check_leaf(const Page& page) {
    entries_ += page.count();
    for (std::size_t i = 0; i < page.count(); ++i) {
      const Node node = page.node(i);
      if (!node.is_outside()) continue;
      std::uint64_t run = 0;
      const PageNumber number = node.outside_page();
      if (const int code = pages_.check_run(node, run); code != 0) {
        add_damage(number, code);
        continue;
      }
      for (std::uint64_t page_of_run = 0; page_of_run < run; ++page_of_run)
        if (!claim(number + page_of_run, where_)) break;
      findings_.pages_checked += run;
    }
  }

  void check_free_pages() {
    if (!findings_.is_complete || !findings_.faults.empty()) return;
    const std::string where = "the list of free pages";
    const int code =
        pages_.visit_free_pages([&](PageNumber number) { return claim(number, where) ? 0 : MDB_CORRUPTED; });
    if (code != 0 && findings_.faults.empty()) add(where + " is damaged");
  }

  void add_damage(PageNumber number, int code) {
    add("page " + std::to_string(number) + " of " + where_ +
        (code == MDB_CORRUPTED ? std::string(" is damaged or missing")
                               : std::string(" cannot be read: ") + mdb_strerror(code)));
  }

  Snapshot& pages_;
  const steady_clock::time_point deadline_;
  std::vector<bool> used_;
  FileFindings findings_;
  std::string where_;
  KeyOrder order_ = KeyOrder::bytes;
  std::uint64_t entries_ = 0;
};

FileFindings only(std::string fault) {
  FileFindings findings;
  findings.faults.push_back(std::move(fault));
  return findings;
}

}  // namespace

std::string FileFindings::sentence() const {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < faults.size() && i < kShown; ++i) out += (i == 0 ? "" : "; ") + faults[i];
  return faults.size() > kShown ? out + "; and more" : out;
}

FileFindings check_pages(Snapshot& pages, std::chrono::milliseconds time_max) {
  return FileCheck(pages, time_max).run();
}

FileFindings check_closed_file(const std::filesystem::path& path, std::chrono::milliseconds time_max) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return {};
    return only("data.mdb cannot be looked at: " + std::string(mdb_strerror(errno)));
  }
  if (!S_ISREG(facts.st_mode)) return only("data.mdb is not a file");
  if (facts.st_size == 0) return only("data.mdb is empty");
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};  // the opening says why
  Snapshot pages;
  const int code = pages.open_newest(file);
  FileFindings findings;
  if (code == MDB_CORRUPTED)
    findings = only("the heads of data.mdb are damaged");
  else if (code != 0)
    findings = only("data.mdb cannot be read: " + std::string(mdb_strerror(code)));
  else if (time_max.count() > 0)
    findings = check_pages(pages, time_max);
  else
    findings.is_complete = false;
  ::close(file);
  return findings;
}

}  // namespace anyclaude::lmdb
