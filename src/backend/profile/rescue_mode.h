#pragma once

namespace anyclaude {

// Whether tool calls that a model wrote into its text become calls, and arguments that a schema refuses are
// made to fit it where that is lawful. `off` changes nothing. See docs/tool_calls.md.
enum class RescueMode { on, off };

}  // namespace anyclaude
