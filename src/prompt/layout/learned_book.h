// The lines learned so far, as the state store has them.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "prompt/layout/pending_state.h"
#include "prompt/layout/prompt_parts.h"
#include "prompt/rules/learned_line.h"

namespace anyclaude {

// Thread-safe; no lock is held over the store. Lines are numbered as they are learned; a conversation sees
// those learned before it began.
class LearnedBook {
 public:
  explicit LearnedBook(PendingState& state) : state_(state) { refresh(); }

  // Reads the table again: another process may have pinned or forgotten a line. A store that cannot be read
  // changes nothing.
  void refresh();
  // Takes a newly learned line, unless its spot is known already. Beyond kLearnedLinesMax the oldest that is
  // not pinned goes. The next flush of the state writes it.
  void add(LearnedLine line, const HashSecret& secret);

  // The number the next line will have.
  std::uint64_t next() const;
  // Those learned before number `before`.
  LearnedView view(std::uint64_t before) const;

 private:
  PendingState& state_;
  mutable std::mutex mutex_;        // of everything below
  std::vector<LearnedLine> lines_;  // in the order they were learned
  std::uint64_t next_ = 0;          // one more with each line that is added
  std::uint64_t epoch_ = 0;         // counts the times the list became another one
};

}  // namespace anyclaude
