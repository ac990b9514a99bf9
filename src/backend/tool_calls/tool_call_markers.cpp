#include "backend/tool_calls/tool_call_markers.h"

namespace anyclaude {
namespace {

enum class Place { anywhere, line_start, answer_start, think, harmony };

struct Marker {
  std::string_view text;
  Place place;
  MarkerKind kind;
  ToolCallFormat format;
};

using Format = ToolCallFormat;
constexpr std::array<Marker, 22> kMarkers{{
    {"<tool_call>", Place::anywhere, MarkerKind::call, Format::tool_call_tag},
    {"<function=", Place::anywhere, MarkerKind::call, Format::function_tag},
    {"<invoke name=\"", Place::anywhere, MarkerKind::call, Format::invoke_tag},
    {"[TOOL_REQUEST]", Place::anywhere, MarkerKind::call, Format::tool_request},
    {"[TOOL_CALLS]", Place::anywhere, MarkerKind::call, Format::mistral},
    {"functools[", Place::line_start, MarkerKind::call, Format::functools},
    {"<|python_tag|>", Place::anywhere, MarkerKind::call, Format::python_tag},
    {"<start_function_call>", Place::anywhere, MarkerKind::call, Format::gemma},
    {"<|tool_calls_section_begin|>", Place::anywhere, MarkerKind::call, Format::kimi_section},
    {"<|tool_call_begin|>", Place::anywhere, MarkerKind::call, Format::kimi_call},
    {"<\xEF\xBD\x9Ctool\xE2\x96\x81"
     "calls\xE2\x96\x81"
     "begin\xEF\xBD\x9C>",
     Place::anywhere, MarkerKind::call, Format::deepseek_section},
    {"<\xEF\xBD\x9Ctool\xE2\x96\x81"
     "call\xE2\x96\x81"
     "begin\xEF\xBD\x9C>",
     Place::anywhere, MarkerKind::call, Format::deepseek_call},
    {"<|channel|>", Place::anywhere, MarkerKind::call, Format::harmony},
    {"<|start|>assistant", Place::anywhere, MarkerKind::call, Format::harmony},
    {"```", Place::line_start, MarkerKind::call, Format::fenced},
    {"{", Place::answer_start, MarkerKind::call, Format::bare},
    {"[", Place::answer_start, MarkerKind::call, Format::bare},
    {"<think>", Place::answer_start, MarkerKind::think_begin, Format::bare},
    {"</think>", Place::think, MarkerKind::think_end, Format::bare},
    {"<|end|>", Place::harmony, MarkerKind::harmony_end, Format::harmony},
    {"<|return|>", Place::harmony, MarkerKind::harmony_end, Format::harmony},
    {"<|call|>", Place::harmony, MarkerKind::harmony_end, Format::harmony},
}};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

ToolCallMarkers::ToolCallMarkers() {
  for (const Marker& marker : kMarkers) may_begin_[static_cast<unsigned char>(marker.text[0])] = true;
}

std::optional<MarkerHit> ToolCallMarkers::find(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (may_begin_[static_cast<unsigned char>(c)]) {
      end_ticks(c);
      if (auto hit = match(text.substr(at))) {
        hit->at = at;
        return hit;
      }
    }
    pass(c);
  }
  return std::nullopt;
}

std::optional<MarkerHit> ToolCallMarkers::match(std::string_view text) const {
  std::optional<MarkerHit> hit;
  for (std::size_t i = 0; i < kMarkers.size(); ++i) {
    const Marker& marker = kMarkers[i];
    if (marker.text[0] != text[0] || !may_stand_here(i)) continue;
    if (text.starts_with(marker.text)) {
      if (!hit || marker.text.size() > hit->marker.size())
        hit = {0, true, marker.kind, marker.format, marker.text};
    } else if (marker.text.starts_with(text)) {
      return MarkerHit{0, false, marker.kind, marker.format, marker.text};
    }
  }
  return hit;
}

bool ToolCallMarkers::may_stand_here(std::size_t marker) const {
  const Place place = kMarkers[marker].place;
  const bool is_harmony = kMarkers[marker].format == Format::harmony;
  if (region_ == Region::think) return place == Place::think;
  if (region_ == Region::harmony_thinking) return is_harmony;
  if (is_quoted()) return false;
  switch (place) {
    case Place::anywhere:
      return true;
    case Place::line_start:
      return at_line_start_;
    case Place::answer_start:
      return at_answer_start_;
    case Place::think:
      return false;
    case Place::harmony:
      return harmony_;
  }
  return false;
}

bool ToolCallMarkers::is_quoted() const {
  return fence_ticks_ > 0 || span_ticks_ > 0 || ticks_ > 0 || last_ == '"' || last_ == '\'';
}

void ToolCallMarkers::pass(std::string_view text) {
  for (const char c : text) pass(c);
}

void ToolCallMarkers::pass(char c) {
  if (c == '`') {
    if (ticks_ == 0) ticks_begin_line_ = at_line_start_;
    ++ticks_;
  } else {
    end_ticks(c);
  }
  if (c == '\n') {
    at_line_start_ = true;
    span_ticks_ = 0;
    fence_line_ = false;
  } else if (!is_blank(c)) {
    at_line_start_ = false;
    at_answer_start_ = false;
  }
  last_ = c;
}

// A run of backticks opens or closes a fence at the beginning of a line, else a code span.
void ToolCallMarkers::end_ticks(char next) {
  if (ticks_ == 0 || next == '`') return;
  const std::size_t ticks = ticks_;
  ticks_ = 0;
  if (fence_ticks_ > 0) {
    // A fence's own line holds no further backticks: that was a code span.
    const bool closes = ticks_begin_line_ && ticks >= fence_ticks_ && is_blank(next);
    if (closes || fence_line_) fence_ticks_ = 0;
  } else if (ticks_begin_line_ && ticks >= 3) {
    fence_ticks_ = ticks;
    fence_line_ = next != '\n';
  } else if (span_ticks_ == 0) {
    span_ticks_ = ticks;
  } else if (span_ticks_ == ticks) {
    span_ticks_ = 0;
  }
}

void ToolCallMarkers::begin_answer() {
  pass_call();
  span_ticks_ = 0;
  fence_ticks_ = 0;
  at_answer_start_ = true;
}

void ToolCallMarkers::pass_call() {
  end_ticks('\n');
  at_answer_start_ = false;
  at_line_start_ = true;
  last_ = '\0';
}

}  // namespace anyclaude
