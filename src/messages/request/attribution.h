// The attribution ("billing") line that Claude Code puts first in its system prompt, as a block of its own.
// It tells the model nothing and changes with every conversation.
#pragma once

#include <string_view>

namespace anyclaude {

// Whether `system_text` is that line in its known form and nothing else, with or without a line feed at its
// end:
//   x-anthropic-billing-header: cc_version=2.1.197.c61; cc_entrypoint=cli; cch=0f3a1; cc_is_subagent=true;
// The three hexadecimal digits behind the version, and what stands behind the entrypoint, may be absent. A
// text that merely begins like the line is meant for the model. config/volatile_rules.json has the same form
// as a pattern.
bool is_attribution(std::string_view system_text);

}  // namespace anyclaude
