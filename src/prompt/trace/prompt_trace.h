// What is kept of a prompt, so that `explain` can tell why a server read it again.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/user_choices.h"
#include "messages/request/messages_request.h"
#include "prompt/rules/text_lines.h"
#include "storage/state_store.h"

namespace anyclaude {

// Of each line TraceDetail::excerpts keeps so many bytes.
inline constexpr std::size_t kExcerptBytes = 120;

struct TraceLine {
  LineMark mark = 0;
  std::uint64_t bytes = 0;
  std::string text;
};

// A part of the prompt, in the order in which a template renders it.
struct TraceSegment {
  std::string layer;  // "system", "tool", "first turn", "turn"
  std::string name;   // the tool's name, or a number and a role
  std::vector<TraceLine> lines;
};

struct PromptTrace {
  std::string request_id;
  std::int64_t at_ms = 0;
  std::uint64_t prompt_tokens = 0;  // as the server counted; 0 when it did not say
  std::uint64_t reused_tokens = 0;
  std::uint64_t expected_tokens = 0;  // of them, what the broker expected to be reused
  std::vector<TraceSegment> segments;
  bool too_large = false;  // the segments are not all there, and the trace is not kept
  std::string project;     // its name in the store (storage/row_projects.h), beside the row

  std::uint64_t bytes() const;
};

// Of an ordered request. A trace that would take more than `bytes_max` is given up: it is `too_large`.
inline constexpr std::size_t kTraceBytesUnbounded = static_cast<std::size_t>(-1);
PromptTrace trace_prompt(const MessagesRequest& request, TraceDetail detail, const HashSecret& secret,
                         std::size_t bytes_max = kTraceBytesUnbounded);

std::string encode_trace(const PromptTrace& trace);
std::optional<PromptTrace> decode_trace(std::string_view bytes);

// The requests of late, a ring. The oldest goes when a new one comes; `purge --all` empties it.
inline constexpr StateTable kRecentRequestsTable{"recent_requests", 1, 64, 2 * 1024 * 1024};

// Takes traces at once and writes them when told to. Thread-safe. Of more than kWaitingMax that wait, the
// oldest are lost.
class TraceRing {
 public:
  static constexpr std::size_t kWaitingMax = 32;

  explicit TraceRing(StateStore& store, TraceDetail detail = TraceDetail::excerpts)
      : store_(store), detail_(detail) {}

  TraceDetail detail() const { return detail_; }
  void add(PromptTrace trace);
  Status flush();
  // Drops what waits; called after another process emptied the store.
  void forget();

 private:
  Status add_writes(const PromptTrace& trace, std::vector<StateWrite>& writes);

  StateStore& store_;
  const TraceDetail detail_;
  std::mutex mutex_;
  std::deque<PromptTrace> waiting_;
};
// The oldest first.
Result<std::vector<PromptTrace>> recent_traces(StateStore& store);

}  // namespace anyclaude
