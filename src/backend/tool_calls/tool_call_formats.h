// How models write tool calls into their text: one reader per format.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "backend/tool_calls/tool_call_cursor.h"
#include "backend/tool_calls/tool_call_judge.h"

namespace anyclaude {

enum class ToolCallFormat {
  tool_call_tag,     // <tool_call>...</tool_call>: JSON, or what GLM and Qwen3-Coder write inside
  function_tag,      // <function=NAME><parameter=K>V</parameter></function>
  invoke_tag,        // <invoke name="NAME"><parameter name="K">V</parameter></invoke>
  tool_request,      // [TOOL_REQUEST]{...}[END_TOOL_REQUEST]
  mistral,           // [TOOL_CALLS][{...}], [TOOL_CALLS]NAME[ARGS]{...}
  functools,         // functools[{...}]
  python_tag,        // <|python_tag|>{...}
  gemma,             // <start_function_call>call:NAME{k:v}<end_function_call>
  kimi_section,      // <|tool_calls_section_begin|>...<|tool_calls_section_end|>
  kimi_call,         // <|tool_call_begin|>... without a section around it
  deepseek_section,  // the same in DeepSeek's letters
  deepseek_call,
  harmony,  // <|channel|>..., <|start|>assistant...
  fenced,   // ```json
  bare,     // nothing but the JSON of calls
};

// Whose words follow a Harmony head that names no tool.
enum class HarmonyVoice { text, thinking };

struct ToolCallReading {
  ToolCallCursor::State state = ToolCallCursor::State::needs_more;
  // When the state is `reading` the reader came to its end, which is here; else how far it looked.
  std::size_t bytes = 0;
  std::vector<WrittenCall> calls = {};
  std::optional<HarmonyVoice> voice = std::nullopt;  // instead of calls
};

// Reads `text`, which begins with the format's marker. Give it the same memory, and more text, until it
// knows.
ToolCallReading read_tool_call(ToolCallFormat format, ToolCallMemory& memory, std::string_view text,
                               TextEnd end);

// The readers that take a page of their own.
void read_gemma_call(ToolCallCursor& cursor, std::vector<WrittenCall>& calls);
void read_harmony(ToolCallCursor& cursor, ToolCallReading& reading, const OfferedTools& tools);

}  // namespace anyclaude
