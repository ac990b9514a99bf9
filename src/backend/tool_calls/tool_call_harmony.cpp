// <|start|>assistant<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{...}<|call|>
#include <algorithm>
#include <array>

#include "backend/tool_calls/tool_call_formats.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kStart = "<|start|>";
constexpr std::string_view kChannel = "<|channel|>";

// The word that stands behind `label`, up to a blank or the next tag.
std::string_view word_behind(std::string_view head, std::string_view label) {
  const std::size_t found = head.find(label);
  if (found == head.npos) return {};
  head.remove_prefix(found + label.size());
  return head.substr(0, head.find_first_of(" <\t\r\n"));
}

bool is_head(std::string_view head) {
  if (head.starts_with(kStart)) return head.substr(kStart.size()).starts_with("assistant");
  return head.starts_with(kChannel);
}

}  // namespace

void read_harmony(ToolCallCursor& cursor, ToolCallReading& reading, const OfferedTools& tools) {
  const std::string_view head = cursor.until("<|message|>", limits::kToolCallNameBytesMax);
  if (!cursor.is_reading()) return;
  static constexpr std::array<std::string_view, 3> kChannels{"analysis", "commentary", "final"};
  const std::string_view channel = word_behind(head, kChannel);
  if (!is_head(head) || std::ranges::find(kChannels, channel) == kChannels.end()) return cursor.refuse();
  const std::string_view recipient = word_behind(head, "to=");
  if (recipient.empty()) {
    reading.voice = channel == "analysis" ? HarmonyVoice::thinking : HarmonyVoice::text;
    return;
  }
  if (!tools.find(recipient)) return cursor.refuse();
  cursor.skip_blanks();
  const std::string_view arguments = cursor.value_before("<|call|>", ValueShape::arguments);
  reading.calls.push_back({.form = WrittenCall::Form::arguments, .name = recipient, .json = arguments});
}

}  // namespace anyclaude
