// Each server's own way to say what went wrong.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fakes/emulator/quirks.h"
#include "tools/simserver/dialect.h"

namespace anyclaude::emulators {

sim::ErrorReply error_reply(const Quirks& quirks, int status, std::string_view message);
sim::ErrorReply bad_key_reply(const Quirks& quirks);
sim::ErrorReply unknown_model_reply(const Quirks& quirks, std::string_view model);
sim::ErrorReply overflow_reply(const Quirks& quirks, std::size_t prompt_tokens, std::size_t context_tokens,
                               std::size_t answer_tokens);
// An error in the middle of a stream, framing included.
std::string error_event(const Quirks& quirks, std::string_view message);

}  // namespace anyclaude::emulators
