// Prompts by name: those the broker kept, and those in files.
#pragma once

#include <string>

#include "prompt/layout/prompt_orderer.h"
#include "prompt/trace/prompt_trace.h"
#include "storage/state_store.h"

namespace anyclaude::cachectl {

// The body of a request, or of a recording that has it under "body".
Result<MessagesRequest> read_request_file(const std::string& file);

// A kept request by its id or the beginning of one that is unique; else a file, ordered as the broker that
// has this store would order it now. Learns nothing.
Result<PromptTrace> find_prompt(StateStore& states, const std::string& what);

}  // namespace anyclaude::cachectl
