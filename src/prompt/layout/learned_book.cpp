#include "prompt/layout/learned_book.h"

#include <algorithm>

namespace anyclaude {

void LearnedBook::refresh() {
  const std::uint64_t next = this->next();
  const auto rows = state_.rows(kLearnedLinesTable);
  if (!rows) return;
  std::vector<LearnedLine> lines;
  for (const auto& [id, row] : *rows)
    if (auto line = decode_learned_line(row)) lines.push_back(std::move(*line));
  std::ranges::sort(lines, {}, &LearnedLine::since);
  const std::lock_guard lock(mutex_);
  // What was read is without the line that was learned meanwhile; the next conversation reads it again.
  if (next_ != next) return;
  if (!std::ranges::equal(lines, lines_, {}, &LearnedLine::id, &LearnedLine::id)) ++epoch_;
  lines_ = std::move(lines);
  if (!lines_.empty()) next_ = std::max(next_, lines_.back().since + 1);
}

void LearnedBook::add(LearnedLine line, const HashSecret& secret) {
  const std::lock_guard lock(mutex_);
  const bool known =
      std::ranges::any_of(lines_, [&](const LearnedLine& other) { return same_spot(other.spot, line.spot); });
  if (known) return;
  if (lines_.size() >= kLearnedLinesMax) {
    const auto oldest = std::ranges::find(lines_, LearnedLine::Hold::learned, &LearnedLine::hold);
    if (oldest == lines_.end()) return;
    state_.erase(kLearnedLinesTable, oldest->id);
    lines_.erase(oldest);
    ++epoch_;
  }
  line.since = next_++;
  line.id = keyed_digest(encode_learned_line(line), secret).hex().substr(0, 16);
  state_.put_of_project(kLearnedLinesTable, line.id, encode_learned_line(line), line.project);
  lines_.push_back(std::move(line));
}

std::uint64_t LearnedBook::next() const {
  const std::lock_guard lock(mutex_);
  return next_;
}

LearnedView LearnedBook::view(std::uint64_t before) const {
  const std::lock_guard lock(mutex_);
  const auto end = std::ranges::lower_bound(lines_, before, {}, &LearnedLine::since);
  LearnedView seen{{lines_.begin(), end}, 0};
  seen.generation = epoch_ << 32U | static_cast<std::uint64_t>(seen.lines.size());
  return seen;
}

}  // namespace anyclaude
