#include "backend/tool_calls/tool_call_rescue.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace anyclaude {

void ToolCallRescue::feed(std::string_view text) {
  if (held_.empty()) {
    held_ = run(text, TextEnd::open);
    look_at_size_ = 0;
    return;
  }
  held_ += text;
  if (!format_ || held_.size() >= look_at_size_) look_again();
}

// A call is read from its beginning each time: looking at a long one with every piece would take quadratic
// time.
void ToolCallRescue::look_again() {
  held_.erase(0, held_.size() - run(held_, TextEnd::open).size());
  const bool is_long = held_.size() > limits::kToolCallLookAlwaysBytes;
  look_at_size_ = is_long ? std::min(held_.size() + held_.size() / limits::kToolCallLookParts,
                                     limits::kToolCallHoldBytesMax)
                          : 0;
}

void ToolCallRescue::finish(TextOutcome outcome) {
  if (outcome == TextOutcome::whole) {
    run(held_, TextEnd::closed);
    held_.clear();
  }
  // What was cut off is no call, but calls that are whole may stand inside of it.
  while (!held_.empty()) {
    std::string_view text = held_;
    reject(text, text.size());
    held_.erase(0, held_.size() - run(text, TextEnd::open).size());
  }
}

std::string_view ToolCallRescue::run(std::string_view text, TextEnd end) {
  while (!text.empty() && advance(text, end) == Progress::again) {
  }
  flush();
  return text;
}

ToolCallRescue::Progress ToolCallRescue::advance(std::string_view& text, TextEnd end) {
  return format_ ? read_call(text, end) : find_marker(text, end);
}

ToolCallRescue::Progress ToolCallRescue::find_marker(std::string_view& text, TextEnd end) {
  const bool gave_up = long_mistakes_ >= limits::kToolCallLongMistakesMax;
  const auto hit = gave_up ? std::nullopt : markers_.find(text);
  if (!hit) {
    // Plain text, as nearly all text is, is not copied.
    flush();
    pass_on(std::exchange(text, {}));
    return Progress::wait;
  }
  say(text.substr(0, hit->at));
  text.remove_prefix(hit->at);
  if (!hit->is_certain) {
    if (end == TextEnd::open) return Progress::wait;
    reject(text, 0);
    return Progress::again;
  }
  if (hit->kind == MarkerKind::call) {
    format_ = hit->format;
    may_change_voice_ = harmony_ || markers_.is_at_answer_start();
    return Progress::again;
  }
  if (hit->kind == MarkerKind::harmony_end) {
    flush();
    voice_ = HarmonyVoice::text;
    markers_.begin_answer();
    markers_.enter(ToolCallMarkers::Region::text);
  } else {
    markers_.pass(hit->marker);
    say(hit->marker);
    const bool begins = hit->kind == MarkerKind::think_begin;
    markers_.enter(begins ? ToolCallMarkers::Region::think : ToolCallMarkers::Region::text);
    if (!begins) markers_.begin_answer();
  }
  text.remove_prefix(hit->marker.size());
  return Progress::again;
}

ToolCallRescue::Progress ToolCallRescue::read_call(std::string_view& text, TextEnd end) {
  // The same bytes are looked at whether they came at once or one by one.
  const std::string_view window = text.substr(0, limits::kToolCallHoldBytesMax);
  const bool is_full = window.size() == limits::kToolCallHoldBytesMax;
  ToolCallReading reading = read_tool_call(*format_, memory_, window, is_full ? TextEnd::open : end);
  if (reading.state == ToolCallCursor::State::needs_more && !is_full && end == TextEnd::open)
    return Progress::wait;
  if (reading.state == ToolCallCursor::State::reading) {
    accept(text, reading);
  } else {
    reject(text, reading.bytes);
  }
  return Progress::again;
}

void ToolCallRescue::accept(std::string_view& text, const ToolCallReading& reading) {
  if (reading.voice) {
    if (!may_change_voice_) return reject(text, reading.bytes);
    flush();
    voice_ = *reading.voice;
    const bool thinks = voice_ == HarmonyVoice::thinking;
    markers_.begin_answer();
    markers_.enter(thinks ? ToolCallMarkers::Region::harmony_thinking : ToolCallMarkers::Region::text);
  } else {
    const auto calls = judge_calls(reading.calls, tools_);
    if (!calls) return reject(text, reading.bytes);
    flush();
    voice_ = HarmonyVoice::text;
    for (const RescuedCall& call : *calls) sink_.on_call(call);
    markers_.pass_call();
    markers_.enter(ToolCallMarkers::Region::text);
  }
  if (*format_ == ToolCallFormat::harmony) {
    harmony_ = true;
    markers_.expect_harmony();
  }
  text.remove_prefix(reading.bytes);
  format_.reset();
  memory_.forget();
}

// The marker's first byte is text; what follows it is looked at anew, for a call may begin there.
void ToolCallRescue::reject(std::string_view& text, std::size_t bytes_read) {
  if (bytes_read >= limits::kToolCallLongMistakeBytes) ++long_mistakes_;
  markers_.pass(text.substr(0, 1));
  say(text.substr(0, 1));
  text.remove_prefix(1);
  format_.reset();
  memory_.forget();
}

void ToolCallRescue::say(std::string_view text) {
  said_ += text;
}

void ToolCallRescue::flush() {
  if (!said_.empty()) pass_on(std::exchange(said_, {}));
}

void ToolCallRescue::pass_on(std::string_view text) {
  if (voice_ == HarmonyVoice::thinking) {
    sink_.on_thinking(text);
  } else {
    sink_.on_text(text);
  }
}

}  // namespace anyclaude
