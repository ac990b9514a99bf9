// Where one prompt stopped being like another, and what that cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prompt/trace/prompt_trace.h"
#include "prompt/trace/reread_reason.h"

namespace anyclaude {

struct Divergence {
  std::uint64_t bytes_shared = 0;
  std::uint64_t bytes_behind = 0;  // of the newer prompt, which the server had to read
  std::string layer;               // as in TraceSegment, of the newer prompt
  std::string segment;
  std::size_t line = 0;     // from 1; 0 when one prompt ends where the other goes on
  std::string line_before;  // the last line both have; empty at a segment's beginning
  std::string old_line;
  std::string new_line;
  RereadReason reason = RereadReason::line_changed;
  std::string rule;  // of line_changed: the rule that would have helped, as JSON
};

// Nothing when the newer prompt begins with all of the older one.
std::optional<Divergence> find_divergence(const PromptTrace& older, const PromptTrace& newer);

// Of `others`, the one that shares most with `trace`; nullptr when there is none.
const PromptTrace* most_shared(const std::vector<PromptTrace>& others, const PromptTrace& trace);

}  // namespace anyclaude
