// The verbs about prompts: why a server read one again, and what the rules do.
#pragma once

#include <string>

#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {

// `what` is a request id as the broker's log has it, or a file with a request body (or a recording of one).
ExitCode explain_prompt(const Session& session, const std::string& what);
ExitCode diff_prompts(const Session& session, const std::string& older, const std::string& newer);

// What each rule does to the request in a file, before and after.
ExitCode test_rules(const Session& session, const std::string& file, const std::string& rules_file);

enum class LearnedAction { list, pin, forget };
ExitCode learned_rules(const Session& session, LearnedAction action, const std::string& id);

}  // namespace anyclaude::cachectl
