#include "prompt/trace/prompt_trace.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/byte_codec.h"
#include "messages/request/block_visitor.h"
#include "storage/row_projects.h"

namespace anyclaude {
namespace {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::system:
      return "system";
  }
  return "";
}

class SegmentWriter {
 public:
  SegmentWriter(TraceDetail detail, const HashSecret& secret, std::size_t bytes_max)
      : detail_(detail), secret_(secret), bytes_max_(bytes_max) {}

  void begin(std::string layer, std::string name) {
    if (!trace_.too_large) trace_.segments.push_back({std::move(layer), std::move(name), {}});
  }

  // Beyond the most that may be gathered nothing more is.
  void text(std::string_view text) {
    if (trace_.too_large) return;
    const std::vector<std::string_view> lines = split_lines(text);
    const std::vector<LineMark> marks = mark_lines(lines, secret_);
    for (std::size_t i = 0; i < lines.size() && !trace_.too_large; ++i) {
      std::string line = kept(lines[i]);
      bytes_ += kLineBytes + line.size();
      trace_.too_large = bytes_ > bytes_max_;
      trace_.segments.back().lines.push_back({marks[i], lines[i].size() + 1, std::move(line)});
    }
  }

  void system(const TextBlock& block) {
    begin("system", "block " + std::to_string(++system_blocks_));
    text(block.text);
  }
  void tool(const Tool& tool) {
    begin("tool", tool.name);
    text(tool.description);
    text(tool.input_schema.text);
  }
  void message(const Message& message) {
    begin(messages_ == 0 ? "first turn" : "turn",
          std::to_string(messages_ + 1) + ' ' + std::string(name_of(message.role)));
    ++messages_;
  }

  void operator()(const TextBlock& block) { text(block.text); }
  void operator()(const ImageBlock& block) { text("[image] " + block.data + block.other.text); }
  void operator()(const DocumentBlock& block) {
    text("[document] " + block.title + block.context + block.data + block.other.text);
  }
  void operator()(const ToolUseBlock& block) { text("[call of " + block.name + "] " + block.input.text); }
  void operator()(const ToolResultBlock& block) { visit_blocks(block.content, *this); }
  void operator()(const ThinkingBlock&) {}
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock& block) { text("[tool " + block.tool_name + "]"); }
  void operator()(const UnknownBlock& block) { text(block.json.text); }

  PromptTrace take() { return std::move(trace_); }

 private:
  // Excerpts end before a character that is cut.
  std::string kept(std::string_view line) const {
    if (detail_ == TraceDetail::hashes) return {};
    if (detail_ == TraceDetail::full || line.size() <= kExcerptBytes) return std::string(line);
    std::size_t size = kExcerptBytes;
    while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) --size;
    return std::string(line.substr(0, size)) + "...";
  }

  // A line's mark, its size and its text's size, as they are encoded.
  static constexpr std::size_t kLineBytes = 24;

  const TraceDetail detail_;
  const HashSecret& secret_;
  const std::size_t bytes_max_;
  PromptTrace trace_;
  std::size_t bytes_ = 0;
  std::size_t system_blocks_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace

std::uint64_t PromptTrace::bytes() const {
  std::uint64_t sum = 0;
  for (const TraceSegment& segment : segments)
    for (const TraceLine& line : segment.lines) sum += line.bytes;
  return sum;
}

PromptTrace trace_prompt(const MessagesRequest& request, TraceDetail detail, const HashSecret& secret,
                         std::size_t bytes_max) {
  SegmentWriter writer(detail, secret, bytes_max);
  visit_prompt(request, TemplateOrder::tools_last, writer);
  return writer.take();
}

std::string encode_trace(const PromptTrace& trace) {
  ByteWriter out;
  out.text(trace.request_id);
  out.number(static_cast<std::uint64_t>(trace.at_ms));
  out.number(trace.prompt_tokens);
  out.number(trace.reused_tokens);
  out.number(trace.expected_tokens);
  out.list(trace.segments, [&out](const TraceSegment& segment) {
    out.text(segment.layer);
    out.text(segment.name);
    out.list(segment.lines, [&out](const TraceLine& line) {
      out.number(line.mark);
      out.number(line.bytes);
      out.text(line.text);
    });
  });
  return out.take();
}

std::optional<PromptTrace> decode_trace(std::string_view bytes) {
  ByteReader in(bytes);
  PromptTrace trace;
  trace.request_id = in.text();
  trace.at_ms = static_cast<std::int64_t>(in.number());
  trace.prompt_tokens = in.number();
  trace.reused_tokens = in.number();
  trace.expected_tokens = in.number();
  in.list([&] {
    TraceSegment segment;
    segment.layer = in.text();
    segment.name = in.text();
    in.list([&] {
      const LineMark mark = in.number();
      const std::uint64_t line_bytes = in.number();
      segment.lines.push_back({mark, line_bytes, in.text()});
    });
    trace.segments.push_back(std::move(segment));
  });
  if (!in.complete()) return std::nullopt;
  return trace;
}

// A trace too large for the table is not kept.
Status TraceRing::add_writes(const PromptTrace& trace, std::vector<StateWrite>& writes) {
  std::string value = encode_trace(trace);
  if (trace.too_large || value.size() > kRecentRequestsTable.value_bytes_max) return {};
  // Keys in the order of time.
  char time[24];
  std::snprintf(time, sizeof time, "%016llx-", static_cast<unsigned long long>(trace.at_ms));
  std::string key = time + trace.request_id;
  auto attribution = row_attribution(store_, kRecentRequestsTable, key, {trace.project});
  if (!attribution) return tl::unexpected(attribution.error());
  if (*attribution) writes.push_back(std::move(**attribution));
  writes.push_back({kRecentRequestsTable, std::move(key), std::move(value)});
  return {};
}

void TraceRing::add(PromptTrace trace) {
  if (trace.too_large) return;
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(trace));
  if (waiting_.size() > kWaitingMax) waiting_.pop_front();
}

Status TraceRing::flush() {
  std::deque<PromptTrace> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(waiting_);
  }
  Status first;
  std::vector<StateWrite> writes;
  for (const PromptTrace& trace : taken)
    if (Status status = add_writes(trace, writes); !status && first) first = std::move(status);
  Status written = store_.write_all(std::move(writes));
  return first ? written : first;
}

Result<std::vector<PromptTrace>> recent_traces(StateStore& store) {
  std::vector<PromptTrace> traces;
  const Status status =
      store.for_each(kRecentRequestsTable, [&traces](std::string_view, std::string_view value) {
        if (auto trace = decode_trace(value)) traces.push_back(std::move(*trace));
        return true;
      });
  if (!status) return tl::unexpected(status.error());
  return traces;
}

void TraceRing::forget() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

}  // namespace anyclaude
