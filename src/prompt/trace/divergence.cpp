#include "prompt/trace/divergence.h"

#include <algorithm>
#include <set>

#include "base/json_text.h"

namespace anyclaude {
namespace {

// A line of a trace, by segment and place in it.
struct Position {
  std::size_t segment = 0;
  std::size_t line = 0;
  std::uint64_t bytes = 0;  // before it
};

// A tool of another name ends what two prompts share, even if its text were the same.
bool same_segment(const TraceSegment& left, const TraceSegment& right) {
  return left.layer == right.layer && left.name == right.name;
}

Position first_difference(const PromptTrace& older, const PromptTrace& newer) {
  Position at;
  for (; at.segment < std::min(older.segments.size(), newer.segments.size()); ++at.segment) {
    const TraceSegment& before = older.segments[at.segment];
    const TraceSegment& now = newer.segments[at.segment];
    at.line = 0;
    if (!same_segment(before, now)) return at;
    for (; at.line < std::min(before.lines.size(), now.lines.size()); ++at.line) {
      if (before.lines[at.line].mark != now.lines[at.line].mark) return at;
      at.bytes += now.lines[at.line].bytes;
    }
    if (before.lines.size() != now.lines.size()) return at;
  }
  at.line = 0;
  return at;
}

std::string line_text(const PromptTrace& trace, const Position& at) {
  if (at.segment >= trace.segments.size()) return "(the prompt ends here)";
  const TraceSegment& segment = trace.segments[at.segment];
  if (at.line >= segment.lines.size()) return "(" + segment.layer + ' ' + segment.name + " ends here)";
  return segment.lines[at.line].text;
}

std::string escaped_for_pattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Whether the line stands where the prompt layer puts what varies.
bool stands_in_facts(const TraceSegment& segment, std::size_t line) {
  return std::any_of(segment.lines.begin(), segment.lines.begin() + static_cast<std::ptrdiff_t>(line),
                     [](const TraceLine& above) { return above.text.starts_with("# Session facts"); });
}

// Two prompts of other agents or modes differ in most of their lines.
bool mostly_different(const TraceSegment& older, const TraceSegment& newer) {
  std::set<LineMark> marks;
  for (const TraceLine& line : older.lines) marks.insert(line.mark);
  const auto shared = std::ranges::count_if(
      newer.lines, [&marks](const TraceLine& line) { return marks.contains(line.mark); });
  return static_cast<std::size_t>(shared) * 2 < newer.lines.size() || newer.lines.size() == 1;
}

std::string_view common_beginning(std::string_view left, std::string_view right) {
  const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first;
  return left.substr(0, static_cast<std::size_t>(end - left.begin()));
}

RereadReason reason_for(const TraceSegment& older, const TraceSegment& newer, std::size_t line,
                        std::string_view beginning) {
  constexpr std::size_t kPatternBytesMin = 4;
  if (stands_in_facts(newer, line)) return RereadReason::session_fact;
  if (newer.layer == "turn") return RereadReason::conversation_changed;
  if (newer.layer == "system" && mostly_different(older, newer)) return RereadReason::other_system_prompt;
  return beginning.size() < kPatternBytesMin ? RereadReason::line_rewritten : RereadReason::line_changed;
}

// A rule that moves every line with this beginning.
std::string rule_for(const TraceSegment& segment, std::string_view beginning) {
  const std::string place = segment.layer == "first turn" ? "reminder" : segment.layer;
  return R"({"name": "my_rule", "places": [")" + place + R"("], "pattern": )" +
         json_string("^" + escaped_for_pattern(beginning)) +
         R"(, "action": "relocate", "why": "It changes from request to request."})";
}

}  // namespace

std::optional<Divergence> find_divergence(const PromptTrace& older, const PromptTrace& newer) {
  const Position at = first_difference(older, newer);
  if (at.segment == older.segments.size()) return std::nullopt;
  Divergence found;
  found.bytes_shared = at.bytes;
  found.bytes_behind = newer.bytes() - at.bytes;
  found.old_line = line_text(older, at);
  found.new_line = line_text(newer, at);
  if (at.segment == newer.segments.size()) {
    found.layer = older.segments[at.segment].layer;
    found.segment = older.segments[at.segment].name;
    found.reason = RereadReason::prompt_shorter;
    return found;
  }
  const TraceSegment& segment = newer.segments[at.segment];
  found.layer = segment.layer;
  found.segment = segment.name;
  found.line = at.line + 1;
  if (at.line > 0) found.line_before = segment.lines[at.line - 1].text;
  if (!same_segment(older.segments[at.segment], segment)) {
    found.old_line = older.segments[at.segment].layer + ' ' + older.segments[at.segment].name;
    found.new_line = segment.layer + ' ' + segment.name;
    found.reason = RereadReason::other_part;
    return found;
  }
  const std::string_view beginning = common_beginning(found.old_line, found.new_line);
  found.reason =
      reason_for(older.segments[at.segment], segment, std::min(at.line, segment.lines.size()), beginning);
  if (found.reason == RereadReason::line_changed) found.rule = rule_for(segment, beginning);
  return found;
}

const PromptTrace* most_shared(const std::vector<PromptTrace>& others, const PromptTrace& trace) {
  const PromptTrace* best = nullptr;
  std::uint64_t most = 0;
  for (const PromptTrace& other : others) {
    const std::uint64_t shared = first_difference(other, trace).bytes;
    if (best != nullptr && shared < most) continue;
    best = &other;
    most = shared;
  }
  return best;
}

}  // namespace anyclaude
