// Chat completions in each server's own spelling, streamed or whole.
#pragma once

#include <memory>

#include "fakes/emulator/quirks.h"
#include "http/server/response_writer.h"
#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::emulators {

// How this one reply departs from a good one, beyond the server's habits.
enum class Mishap { none, unparsed_call, no_usage, stream_end_missing };

// Keeps references to `request`, `quirks` and `writer`.
std::unique_ptr<sim::ReplySink> make_chat_sink(const sim::ChatRequest& request, const Quirks& quirks,
                                               Mishap mishap, ResponseWriter& writer);

}  // namespace anyclaude::emulators
