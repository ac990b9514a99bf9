// Which answers are worth keeping. Streams and whole replies pass the same check.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "base/reason_table.h"
#include "messages/events/message_assembler.h"

namespace anyclaude {

// What became of a complete or broken reply: stored, or the reason why not.
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

inline constexpr std::array<ReasonRow<AdmissionVerdict>, 12> kAdmissionVerdicts{{
    {AdmissionVerdict::admitted,
     {"admitted", "The answer is complete and valid, and was stored.", kNothingToDo}},
    {AdmissionVerdict::not_complete,
     {"not_complete", "The answer ended early: with an error, a lost connection or a client that left.",
      "If it happens often, look into the model server's log."}},
    {AdmissionVerdict::blank,
     {"blank", "The answer has neither visible text nor a tool call.",
      "If it happens often, check the server's chat template."}},
    {AdmissionVerdict::cut_off,
     {"cut_off", "The answer reached max_tokens or the end of the model's context.",
      "Give the server a larger context, or the request a larger max_tokens."}},
    {AdmissionVerdict::refused, {"refused", "The model refused to answer.", kNothingToDo}},
    {AdmissionVerdict::paused,
     {"paused", "The provider paused the turn (pause_turn), and the client continues it.", kNothingToDo}},
    {AdmissionVerdict::tool_not_offered,
     {"tool_not_offered", "The model called a tool that the request did not offer.",
      "If it happens often, use a model that was trained for tool calls."}},
    {AdmissionVerdict::tool_input_invalid,
     {"tool_input_invalid", "The model called a tool with input that does not fit the tool's schema.",
      "If it happens often, use a model that was trained for tool calls."}},
    {AdmissionVerdict::prompt_cut_short,
     {"prompt_cut_short", "The server dropped part of the prompt without an error.",
      "Give the server a larger context; for Ollama set OLLAMA_CONTEXT_LENGTH=65536."}},
    {AdmissionVerdict::prompt_may_be_cut,
     {"prompt_may_be_cut",
      "The prompt may have been longer than the server's context, and the reported tokens do not tell.",
      "Give the server a larger context; for Ollama set OLLAMA_CONTEXT_LENGTH=65536."}},
    {AdmissionVerdict::too_large, {"too_large", "The answer is larger than 8 MiB.", kNothingToDo}},
    {AdmissionVerdict::too_deep,
     {"too_deep", "The answer's JSON is nested deeper than 128 levels.", kNothingToDo}},
}};
static_assert(describes_every_value(kAdmissionVerdicts));
std::string_view name_of(AdmissionVerdict verdict);

struct OfferedTool {
  std::string name;
  std::string input_schema_json;
};

AdmissionVerdict judge(MessageCompleteness completeness, const nlohmann::ordered_json& message,
                       const std::vector<OfferedTool>& offered);

}  // namespace anyclaude
