// Why a server had to read a prompt again, as `anyclaude-cachectl explain` and `diff` report it.
#pragma once

#include <array>

#include "base/reason_table.h"

namespace anyclaude {

enum class RereadReason {
  prompt_grew,
  server_evicted,
  prompt_shorter,
  other_part,
  session_fact,
  conversation_changed,
  other_system_prompt,
  line_rewritten,
  line_changed,
};

inline constexpr std::array<ReasonRow<RereadReason>, 9> kRereadReasons{{
    {RereadReason::prompt_grew,
     {"prompt_grew", "The prompt begins with all of the earlier one, and the server reads only what is new.",
      kNothingToDo}},
    {RereadReason::server_evicted,
     {"server_evicted", "The server evicted the earlier prompt from its memory before this one came.",
      "Give the server more slots or memory, or set prompt.side_requests to \"local\"."}},
    {RereadReason::prompt_shorter,
     {"prompt_shorter", "The prompt is the beginning of the earlier one.", kNothingToDo}},
    {RereadReason::other_part,
     {"other_part", "Another tool or another block stands where the earlier prompt had a different one.",
      "Nothing to do; tools are ordered by how many requests share them."}},
    {RereadReason::session_fact,
     {"session_fact", "The line is among the session facts already, near the end of the prompt.",
      kNothingToDo}},
    {RereadReason::conversation_changed,
     {"conversation_changed", "The conversation took another way, or the client changed its history.",
      kNothingToDo}},
    {RereadReason::other_system_prompt,
     {"other_system_prompt", "The system prompt is that of another agent or another mode.",
      "Set prompt.level to \"aggressive\", which puts the tools before the system prompt."}},
    {RereadReason::line_rewritten,
     {"line_rewritten", "A line changed from its first letters on, so no rule can name it by its text.",
      "Nothing to do; the broker learns such a line after three sightings."}},
    {RereadReason::line_changed,
     {"line_changed", "A line changed that no rule moves behind the stable part of the prompt.",
      "Add the rule that explain prints to a copy of config/volatile_rules.json, and name it in "
      "prompt.rules."}},
}};
static_assert(describes_every_value(kRereadReasons));

}  // namespace anyclaude
