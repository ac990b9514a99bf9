#pragma once

#include <memory>

#include "http/server/response_writer.h"
#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::sim {

// A message, or the stream of events that tells it, with one delta per token.
std::unique_ptr<ReplySink> make_anthropic_sink(const ChatRequest& request, ResponseWriter& writer);

}  // namespace anyclaude::sim
