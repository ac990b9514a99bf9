// The figures of replies: `usage` of every server, `timings` of llama.cpp; and what the client hears of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "backend/dialect/reply_decoder.h"

namespace anyclaude {

// Takes what a chunk (or a whole reply) says into `report`; later figures replace earlier ones, zeros and
// nulls say nothing. Cached tokens never exceed the prompt's (SGLang can report more).
void read_usage(const nlohmann::json& chunk, UpstreamReport& report);

// Whether a server that counted `prompt_tokens` has dropped the front of the prompt without a word, as Ollama
// does: that it read so little tells.
bool is_cut_prompt(std::uint64_t prompt_tokens, std::uint64_t text_tokens_estimate);

// As Anthropic counts; estimated where the server said nothing. `said_bytes` is the answer's length.
Usage client_usage(const UpstreamReport& report, std::uint64_t prompt_tokens_estimate,
                   std::size_t said_bytes);

}  // namespace anyclaude
