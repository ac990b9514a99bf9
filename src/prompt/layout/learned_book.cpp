#include "prompt/layout/learned_book.h"

#include <algorithm>

#include "storage/row_projects.h"

namespace anyclaude {

void LearnedBook::refresh() {
  std::vector<LearnedLine> lines;
  const Status status =
      store_.for_each(kLearnedLinesTable, [&lines](std::string_view, std::string_view value) {
        if (auto line = decode_learned_line(value)) lines.push_back(std::move(*line));
        return true;
      });
  if (!status) return;
  std::ranges::sort(lines, {}, &LearnedLine::since);
  if (!std::ranges::equal(lines, lines_, {}, &LearnedLine::id, &LearnedLine::id)) ++epoch_;
  lines_ = std::move(lines);
  if (!lines_.empty()) next_ = std::max(next_, lines_.back().since + 1);
}

void LearnedBook::add(LearnedLine line, const HashSecret& secret) {
  const bool known =
      std::ranges::any_of(lines_, [&](const LearnedLine& other) { return same_spot(other.spot, line.spot); });
  if (known) return;
  if (lines_.size() >= kLearnedLinesMax) {
    const auto oldest = std::ranges::find(lines_, LearnedLine::Hold::learned, &LearnedLine::hold);
    if (oldest == lines_.end()) return;
    (void)store_.erase(kLearnedLinesTable, oldest->id);
    lines_.erase(oldest);
    ++epoch_;
  }
  line.since = next_++;
  line.id = keyed_digest(encode_learned_line(line), secret).hex().substr(0, 16);
  (void)attribute_row(store_, kLearnedLinesTable, line.id, line.project);
  // A line that cannot be stored is learned for as long as this process lives.
  (void)store_.put(kLearnedLinesTable, line.id, encode_learned_line(line));
  lines_.push_back(std::move(line));
}

LearnedView LearnedBook::view(std::uint64_t before) const {
  const auto end = std::ranges::lower_bound(lines_, before, {}, &LearnedLine::since);
  LearnedView seen{{lines_.begin(), end}, 0};
  seen.generation = epoch_ << 32U | static_cast<std::uint64_t>(seen.lines.size());
  return seen;
}

}  // namespace anyclaude
