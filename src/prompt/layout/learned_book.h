// The lines learned so far, as the state store has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prompt/layout/prompt_parts.h"
#include "prompt/rules/learned_line.h"
#include "storage/state_store.h"

namespace anyclaude {

// Not thread-safe. Lines are numbered as they are learned; a conversation sees those learned before it began.
class LearnedBook {
 public:
  explicit LearnedBook(StateStore& store) : store_(store) { refresh(); }

  // Reads the table again: somebody may have pinned or forgotten a line. A store that cannot be read changes
  // nothing.
  void refresh();
  // Takes a newly learned line, unless its spot is known already. Beyond kLearnedLinesMax the oldest that is
  // not pinned goes.
  void add(LearnedLine line, const HashSecret& secret);

  // The number the next line will have.
  std::uint64_t next() const { return next_; }
  // Those learned before number `before`.
  LearnedView view(std::uint64_t before) const;

 private:
  StateStore& store_;
  std::vector<LearnedLine> lines_;  // in the order they were learned
  std::uint64_t next_ = 0;
  std::uint64_t epoch_ = 0;  // counts the times the list became another one
};

}  // namespace anyclaude
