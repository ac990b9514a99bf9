// The figures of a chat reply: `usage` of every server, `timings` of llama.cpp.
#pragma once

#include <nlohmann/json.hpp>

#include "backend/reply_decoder.h"

namespace anyclaude {

// Takes what a chunk (or a whole reply) says into `report`; later figures replace earlier ones, zeros and
// nulls say nothing. Cached tokens never exceed the prompt's (SGLang can report more).
void read_usage(const nlohmann::json& chunk, UpstreamReport& report);

}  // namespace anyclaude
