// Which answers are worth keeping. Streams and whole replies pass the same check.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "messages/events/message_assembler.h"

namespace anyclaude {

enum class AdmissionVerdict {
  admitted,
  not_complete,        // no terminal event, or an error came
  blank,               // neither text that is not blank nor a tool call
  cut_off,             // stop_reason max_tokens or model_context_window_exceeded
  refused,             // stop_reason refusal
  paused,              // stop_reason pause_turn: the turn goes on
  tool_not_offered,    // a call of a tool the request did not offer
  tool_input_invalid,  // a call whose input does not fit the tool's schema
  prompt_cut_short,    // the server says it dropped part of the prompt
  prompt_may_be_cut,   // the prompt may have been longer than the server's context, and its figures do not
                       // tell
  too_large,           // over kStoredMessageBytesMax
  too_deep,            // nested deeper than kJsonDepthMax: it could not be read again
};
inline constexpr std::size_t kAdmissionVerdictCount = 11;
std::string_view name_of(AdmissionVerdict verdict);

struct OfferedTool {
  std::string name;
  std::string input_schema_json;
};

AdmissionVerdict judge(MessageCompleteness completeness, const nlohmann::ordered_json& message,
                       const std::vector<OfferedTool>& offered);

}  // namespace anyclaude
