#include "prompt/layout/piece_changes.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "prompt/rules/text_lines.h"

namespace anyclaude {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kUpdateBytesMax = 8 * 1024;
// What is too much to compare is another prompt: cells of a piece's table, cells of all tables, pairs of
// pieces and the bytes of those that have no equal.
constexpr std::size_t kTableCellsMax = 1'000'000;
constexpr std::size_t kAllTablesCellsMax = 4'000'000;
constexpr std::size_t kPairsMax = 1'024;
constexpr std::size_t kUnpairedBytesMax = limits::kOrderedTextBytesMax;

struct Hunk {
  Lines before;
  Lines now;
};

// The longest common subsequence of what is left when equal beginnings and ends are cut off; nothing when
// that is too much to compare. Takes what it compared from `cells_left`.
std::optional<std::vector<Hunk>> compare(const Lines& before, const Lines& now, std::size_t& cells_left) {
  std::size_t begin = 0;
  while (begin < std::min(before.size(), now.size()) && before[begin] == now[begin]) ++begin;
  std::size_t end = 0;
  while (end < std::min(before.size(), now.size()) - begin &&
         before[before.size() - 1 - end] == now[now.size() - 1 - end])
    ++end;
  const std::size_t rows = before.size() - begin - end;
  const std::size_t columns = now.size() - begin - end;
  const std::size_t cells = (rows + 1) * (columns + 1);
  if (cells > std::min(kTableCellsMax, cells_left)) return std::nullopt;
  cells_left -= cells;

  std::vector<std::uint32_t> table(cells, 0);
  const auto cell = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
    return table[row * (columns + 1) + column];
  };
  for (std::size_t row = rows; row-- > 0;)
    for (std::size_t column = columns; column-- > 0;)
      cell(row, column) = before[begin + row] == now[begin + column]
                              ? cell(row + 1, column + 1) + 1
                              : std::max(cell(row + 1, column), cell(row, column + 1));

  std::vector<Hunk> hunks;
  bool open = false;
  for (std::size_t row = 0, column = 0; row < rows || column < columns;) {
    if (row < rows && column < columns && before[begin + row] == now[begin + column]) {
      ++row;
      ++column;
      open = false;
      continue;
    }
    if (!open) hunks.emplace_back();
    open = true;
    if (column == columns || (row < rows && cell(row + 1, column) >= cell(row, column + 1)))
      hunks.back().before.push_back(before[begin + row++]);
    else
      hunks.back().now.push_back(now[begin + column++]);
  }
  return hunks;
}

void say(std::string& update, std::string_view introduction, const Lines& lines) {
  if (!update.empty()) update += '\n';
  update += introduction;
  for (const std::string_view line : lines) {
    update += '\n';
    update += line;
  }
}

// Whether each new line begins as the one it replaces, so that the model need not be told which that was.
bool explains_itself(const Hunk& hunk) {
  constexpr std::size_t kTellingBytesMin = 8;
  const auto alike = [](std::string_view before, std::string_view now) {
    const auto end = std::mismatch(before.begin(), before.end(), now.begin(), now.end()).first;
    return end - before.begin() >= static_cast<std::ptrdiff_t>(kTellingBytesMin);
  };
  return std::ranges::equal(hunk.before, hunk.now, alike);
}

void say(std::string& update, const Hunk& hunk) {
  if (hunk.before.empty()) return say(update, "Update (adds to the above):", hunk.now);
  if (hunk.now.empty()) return say(update, "Update (replaces the above): this is no longer so:", hunk.before);
  if (explains_itself(hunk)) return say(update, "Update (replaces the above):", hunk.now);
  say(update, "Update (replaces the above): instead of", hunk.before);
  say(update, "it is now", hunk.now);
}

Lines sorted_lines(std::string_view text) {
  Lines lines = split_lines(text);
  std::ranges::sort(lines);
  return lines;
}

// How many of its lines a text shares with another, from 0 to 1. Both are sorted.
double likeness(const Lines& left, const Lines& right) {
  const auto shared = std::ranges::count_if(
      right, [&](std::string_view line) { return std::ranges::binary_search(left, line); });
  return static_cast<double>(shared) / static_cast<double>(std::max(left.size(), right.size()));
}

class Matching {
 public:
  Matching(const std::vector<LayoutPiece>& said, const std::vector<PromptPiece>& now)
      : said_(said), now_(now), partner_(said.size(), kNobody), taken_(now.size(), false) {
    pair_equal();
    if (!is_too_much()) pair_alike();
  }

  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  // The piece that a said one is now, or kNobody.
  std::size_t partner(std::size_t said) const { return partner_[said]; }
  bool is_new(std::size_t now) const { return !taken_[now]; }
  // Too much has no equal for a comparison to say what changed.
  bool is_too_much() const {
    std::size_t bytes = 0;
    for (const std::size_t i : unpaired_said_) bytes += said_[i].latest.size();
    for (const std::size_t k : unpaired_now_) bytes += now_[k].text.size();
    return bytes > kUnpairedBytesMax || unpaired_said_.size() * unpaired_now_.size() > kPairsMax;
  }

 private:
  void pair(std::size_t said, std::size_t now) {
    partner_[said] = now;
    taken_[now] = true;
  }

  // Of several equal pieces the first is paired first.
  void pair_equal() {
    std::map<std::pair<PieceKind, std::string_view>, std::vector<std::size_t>> places;
    for (std::size_t k = now_.size(); k-- > 0;) places[{now_[k].kind, now_[k].text}].push_back(k);
    for (std::size_t i = 0; i < said_.size(); ++i) {
      const auto equal = places.find({said_[i].kind, said_[i].latest});
      if (equal == places.end() || equal->second.empty()) continue;
      pair(i, equal->second.back());
      equal->second.pop_back();
    }
    for (std::size_t i = 0; i < said_.size(); ++i)
      if (partner_[i] == kNobody) unpaired_said_.push_back(i);
    for (std::size_t k = 0; k < now_.size(); ++k)
      if (!taken_[k]) unpaired_now_.push_back(k);
  }

  // The session facts are always the same piece; others must share some of their lines.
  void pair_alike() {
    std::map<std::size_t, Lines> now_lines;
    for (const std::size_t k : unpaired_now_) now_lines[k] = sorted_lines(now_[k].text);
    for (const std::size_t i : unpaired_said_) {
      const Lines said_lines = sorted_lines(said_[i].latest);
      double best = said_[i].kind == PieceKind::facts ? -1 : 0.3;
      std::size_t chosen = kNobody;
      for (const std::size_t k : unpaired_now_) {
        if (taken_[k] || said_[i].kind != now_[k].kind) continue;
        const double alike = likeness(said_lines, now_lines[k]);
        if (alike <= best) continue;
        best = alike;
        chosen = k;
      }
      if (chosen != kNobody) pair(i, chosen);
    }
  }

  const std::vector<LayoutPiece>& said_;
  const std::vector<PromptPiece>& now_;
  std::vector<std::size_t> partner_;
  std::vector<bool> taken_;
  std::vector<std::size_t> unpaired_said_;  // no equal piece was found for these
  std::vector<std::size_t> unpaired_now_;
};

}  // namespace

std::optional<PieceChanges> find_changes(const std::vector<LayoutPiece>& said,
                                         const std::vector<PromptPiece>& now) {
  const Matching matching(said, now);
  if (matching.is_too_much()) return std::nullopt;
  std::size_t cells_left = kAllTablesCellsMax;
  PieceChanges changes;
  for (std::size_t i = 0; i < said.size(); ++i) {
    const std::size_t partner = matching.partner(i);
    if (partner == Matching::kNobody && said[i].kind == PieceKind::system) return std::nullopt;
    const std::string_view text = partner == Matching::kNobody ? std::string_view() : now[partner].text;
    changes.latest.emplace_back(text);
    if (text == said[i].latest) continue;
    const Lines before = said[i].latest.empty() ? Lines{} : split_lines(said[i].latest);
    const auto hunks = compare(before, text.empty() ? Lines{} : split_lines(text), cells_left);
    if (!hunks) return std::nullopt;
    for (const Hunk& hunk : *hunks) say(changes.update, hunk);
  }
  for (std::size_t k = 0; k < now.size(); ++k) {
    if (!matching.is_new(k)) continue;
    if (now[k].kind == PieceKind::system) return std::nullopt;
    say(changes.update, "Update (adds to the above):", split_lines(now[k].text));
    changes.added.push_back(now[k]);
  }
  if (changes.update.size() > kUpdateBytesMax) return std::nullopt;
  return changes;
}

}  // namespace anyclaude
