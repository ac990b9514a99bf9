#include "backend/tool_calls/tool_call_formats.h"

#include <string>

#include "base/limits.h"

namespace anyclaude {
namespace {

using Calls = std::vector<WrittenCall>;
using Form = WrittenCall::Form;

constexpr std::size_t kNameBytesMax = limits::kToolCallNameBytesMax;

void add_whole(Calls& calls, std::string_view json) {
  calls.push_back({.form = Form::whole, .json = json});
}

void add_arguments(Calls& calls, std::string_view name, std::string_view json) {
  calls.push_back({.form = Form::arguments, .name = name, .json = json});
}

// Qwen writes a parameter's value on lines of its own.
std::string_view without_outer_line_breaks(std::string_view text) {
  if (text.starts_with("\r\n"))
    text.remove_prefix(2);
  else if (text.starts_with('\n'))
    text.remove_prefix(1);
  if (text.ends_with("\r\n"))
    text.remove_suffix(2);
  else if (text.ends_with('\n'))
    text.remove_suffix(1);
  return text;
}

// --- Tags ---

// NAME><parameter=K>V</parameter>...</function>, behind "<function=".
void read_function(ToolCallCursor& cursor, Calls& calls) {
  WrittenCall call{.form = Form::members, .name = cursor.tool_name()};
  cursor.expect(">");
  cursor.skip_blanks();
  while (cursor.next_is("<parameter=")) {
    const std::string_view key = cursor.until(">", kNameBytesMax);
    const std::string_view value = cursor.free_text("</parameter>", {"<parameter=", "</function>"});
    cursor.skip_blanks();
    call.members.emplace_back(key, without_outer_line_breaks(value));
  }
  cursor.expect_closing("</function>");
  calls.push_back(std::move(call));
}

// The closing tag belongs to the call even where the model forgot the opening one.
void read_function_tag(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<function=");
  read_function(cursor, calls);
  cursor.skip_trailer("</tool_call>");
}

// NAME, then <arg_key>K</arg_key><arg_value>V</arg_value>...: GLM.
void read_argument_tags(ToolCallCursor& cursor, Calls& calls) {
  WrittenCall call{.form = Form::members, .name = cursor.tool_name()};
  cursor.skip_blanks();
  while (cursor.next_is("<arg_key>")) {
    const std::string_view key = cursor.until("</arg_key>", kNameBytesMax);
    cursor.skip_blanks();
    cursor.expect("<arg_value>");
    const std::string_view value = cursor.free_text("</arg_value>", {"<arg_key>", "</tool_call>"});
    cursor.skip_blanks();
    call.members.emplace_back(key, value);
  }
  cursor.expect_closing("</tool_call>");
  calls.push_back(std::move(call));
}

void read_tool_call_tag(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<tool_call>");
  cursor.skip_blanks();
  const char first = cursor.peek();
  if (first == '{' || first == '[')
    return add_whole(calls, cursor.value_before("</tool_call>", ValueShape::call));
  if (first != '<') return read_argument_tags(cursor, calls);
  cursor.expect("<function=");
  read_function(cursor, calls);
  cursor.skip_blanks();
  while (cursor.next_is("<function=")) {
    read_function(cursor, calls);
    cursor.skip_blanks();
  }
  cursor.expect_closing("</tool_call>");
}

void read_invoke_tag(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<invoke name=\"");
  WrittenCall call{.form = Form::members, .name = cursor.tool_name()};
  cursor.expect("\">");
  cursor.skip_blanks();
  while (cursor.next_is("<parameter name=\"")) {
    const std::string_view key = cursor.until("\">", kNameBytesMax);
    call.members.emplace_back(key, cursor.free_text("</parameter>", {"<parameter name=\"", "</invoke>"}));
    cursor.skip_blanks();
  }
  cursor.expect_closing("</invoke>");
  calls.push_back(std::move(call));
}

// --- Words in brackets ---

void read_tool_request(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("[TOOL_REQUEST]");
  cursor.skip_blanks();
  add_whole(calls, cursor.value_before("[END_TOOL_REQUEST]", ValueShape::call));
}

void read_mistral(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("[TOOL_CALLS]");
  cursor.skip_blanks();
  const char first = cursor.peek();
  if (first == '[' || first == '{') return add_whole(calls, cursor.value(ValueShape::call));
  const std::string_view name = cursor.tool_name();
  if (cursor.next_is("[CALL_ID]")) {
    cursor.until("[ARGS]", kNameBytesMax);
  } else if (cursor.peek() == '[') {
    cursor.expect("[ARGS]");
  }
  cursor.skip_blanks();
  add_arguments(calls, name, cursor.value(ValueShape::arguments));
}

void read_functools(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("functools");
  if (cursor.peek() != '[') cursor.refuse();
  add_whole(calls, cursor.value(ValueShape::call));
}

void read_python_tag(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<|python_tag|>");
  do {
    cursor.skip_blanks();
    add_whole(calls, cursor.value(ValueShape::call));
    cursor.skip_blanks();
    if (cursor.is_at_end()) return;
  } while (cursor.next_is(";"));
  cursor.skip_trailer("<|eom_id|>");
  cursor.skip_trailer("<|eot_id|>");
}

// --- Sections of calls ---

// functions.NAME:0<|tool_call_argument_begin|>{...}<|tool_call_end|>
void read_kimi_call(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<|tool_call_begin|>");
  cursor.skip_blanks();
  const std::string_view name = cursor.tool_name();
  cursor.skip_blanks();
  cursor.expect("<|tool_call_argument_begin|>");
  cursor.skip_blanks();
  add_arguments(calls, name, cursor.value_before("<|tool_call_end|>", ValueShape::arguments));
}

void read_kimi_section(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect("<|tool_calls_section_begin|>");
  do {
    cursor.skip_blanks();
    read_kimi_call(cursor, calls);
    cursor.skip_blanks();
    if (cursor.is_at_end() || cursor.next_is("<|tool_calls_section_end|>")) return;
  } while (cursor.is_reading());
}

#define DEEPSEEK(words) "<\xEF\xBD\x9C" words "\xEF\xBD\x9C>"
#define SPACE "\xE2\x96\x81"
constexpr std::string_view kDeepSeekCalls = DEEPSEEK("tool" SPACE "calls" SPACE "begin");
constexpr std::string_view kDeepSeekCallsEnd = DEEPSEEK("tool" SPACE "calls" SPACE "end");
constexpr std::string_view kDeepSeekCall = DEEPSEEK("tool" SPACE "call" SPACE "begin");
constexpr std::string_view kDeepSeekCallEnd = DEEPSEEK("tool" SPACE "call" SPACE "end");
constexpr std::string_view kDeepSeekSeparator = DEEPSEEK("tool" SPACE "sep");
#undef SPACE
#undef DEEPSEEK

// NAME<sep>{...}<end>; older models write function<sep>NAME and the arguments in a code fence.
void read_deepseek_call(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect(kDeepSeekCall);
  if (!cursor.next_is("function" + std::string(kDeepSeekSeparator))) {
    const std::string_view name = cursor.tool_name();
    cursor.expect(kDeepSeekSeparator);
    cursor.skip_blanks();
    return add_arguments(calls, name, cursor.value_before(kDeepSeekCallEnd, ValueShape::arguments));
  }
  const std::string_view name = cursor.tool_name();
  cursor.skip_blanks();
  cursor.expect("```json");
  cursor.skip_blanks();
  add_arguments(calls, name, cursor.value(ValueShape::arguments));
  cursor.skip_blanks();
  cursor.expect("```");
  cursor.skip_blanks();
  cursor.expect_closing(kDeepSeekCallEnd);
}

void read_deepseek_section(ToolCallCursor& cursor, Calls& calls) {
  cursor.expect(kDeepSeekCalls);
  do {
    cursor.skip_blanks();
    read_deepseek_call(cursor, calls);
    cursor.skip_blanks();
    if (cursor.is_at_end() || cursor.next_is(kDeepSeekCallsEnd)) return;
  } while (cursor.is_reading());
}

// --- JSON without a marker of its own: only where nothing but calls follows ---

void read_fenced(ToolCallCursor& cursor, Calls& calls) {
  do {
    cursor.expect("```");
    const std::string_view language = cursor.until("\n", 16);
    const std::string_view word = language.substr(0, language.find_last_not_of(" \r") + 1);
    if (cursor.is_reading() && word != "" && word != "json" && word != "tool_call" && word != "tool_calls")
      cursor.refuse();
    cursor.skip_blanks();
    add_whole(calls, cursor.value(ValueShape::call));
    cursor.skip_blanks();
    cursor.expect("```");
    cursor.skip_blanks();
  } while (cursor.is_reading() && !cursor.is_at_end());
}

void read_bare(ToolCallCursor& cursor, Calls& calls) {
  do {
    add_whole(calls, cursor.value(ValueShape::call));
    cursor.skip_blanks();
  } while (cursor.is_reading() && !cursor.is_at_end());
}

using Reader = void (*)(ToolCallCursor&, Calls&);
Reader reader_of(ToolCallFormat format) {
  switch (format) {
    case ToolCallFormat::tool_call_tag:
      return read_tool_call_tag;
    case ToolCallFormat::function_tag:
      return read_function_tag;
    case ToolCallFormat::invoke_tag:
      return read_invoke_tag;
    case ToolCallFormat::tool_request:
      return read_tool_request;
    case ToolCallFormat::mistral:
      return read_mistral;
    case ToolCallFormat::functools:
      return read_functools;
    case ToolCallFormat::python_tag:
      return read_python_tag;
    case ToolCallFormat::gemma:
      return read_gemma_call;
    case ToolCallFormat::kimi_section:
      return read_kimi_section;
    case ToolCallFormat::kimi_call:
      return read_kimi_call;
    case ToolCallFormat::deepseek_section:
      return read_deepseek_section;
    case ToolCallFormat::deepseek_call:
      return read_deepseek_call;
    case ToolCallFormat::harmony:
      return nullptr;
    case ToolCallFormat::fenced:
      return read_fenced;
    case ToolCallFormat::bare:
      return read_bare;
  }
  return nullptr;
}

}  // namespace

ToolCallReading read_tool_call(ToolCallFormat format, ToolCallMemory& memory, std::string_view text,
                               TextEnd end) {
  ToolCallCursor cursor(memory, text, end);
  ToolCallReading reading;
  if (const Reader reader = reader_of(format)) {
    reader(cursor, reading.calls);
  } else {
    read_harmony(cursor, reading, memory.tools());
  }
  reading.state = cursor.state();
  reading.bytes = cursor.is_reading() ? cursor.at() : cursor.looked_at();
  return reading;
}

}  // namespace anyclaude
