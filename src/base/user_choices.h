// What a user chooses by a word of the configuration, and several rooms then act on.
#pragma once

#include "base/choice.h"

namespace anyclaude {

// What may be answered from the store, and kept there.
enum class CacheMode { on, off, read_only, write_only };
constexpr auto choices(CacheMode) {
  return std::array{Choice{"on", CacheMode::on}, Choice{"off", CacheMode::off},
                    Choice{"read_only", CacheMode::read_only}, Choice{"write_only", CacheMode::write_only}};
}

// How much the prompt layer may move. `off` keeps the client's order of tools.
enum class OrderingLevel { off, safe, standard, aggressive };
constexpr auto choices(OrderingLevel) {
  return std::array{Choice{"off", OrderingLevel::off}, Choice{"safe", OrderingLevel::safe},
                    Choice{"standard", OrderingLevel::standard},
                    Choice{"aggressive", OrderingLevel::aggressive}};
}

// How much of each line of a prompt is kept for later explanations: all, its beginning, or only its mark.
enum class TraceDetail { full, excerpts, hashes };
constexpr auto choices(TraceDetail) {
  return std::array{Choice{"full", TraceDetail::full}, Choice{"excerpts", TraceDetail::excerpts},
                    Choice{"hashes", TraceDetail::hashes}};
}

// What becomes of requests that a client makes for itself, when the store has no answer to them: a server
// answers, or the broker itself.
enum class SideRequestHandling { forward, local };
constexpr auto choices(SideRequestHandling) {
  return std::array{Choice{"forward", SideRequestHandling::forward},
                    Choice{"local", SideRequestHandling::local}};
}

// In whose words a server is spoken to.
enum class Api { openai, anthropic };
constexpr auto choices(Api) {
  return std::array{Choice{"openai", Api::openai}, Choice{"anthropic", Api::anthropic}};
}

// Whether tool calls that a model wrote into its text become calls, and arguments that a schema refuses are
// made to fit it where that is lawful. `off` changes nothing. See docs/tool_calls.md.
enum class RescueMode { on, off };

// Where the client says nothing of sampling: what the makers of a model recommend, or what the server takes
// unasked.
enum class SamplingChoice { published, servers_own };

// Whether a model thinks when the client asks it to, or never.
enum class ThinkingChoice { as_asked, never };

}  // namespace anyclaude
