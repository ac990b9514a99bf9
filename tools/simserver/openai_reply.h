#pragma once

#include <memory>

#include "http/server/response_writer.h"
#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::sim {

// A chat.completion, or a stream of chat.completion.chunk events with one chunk per token.
std::unique_ptr<ReplySink> make_openai_sink(const ChatRequest& request, ResponseWriter& writer);

}  // namespace anyclaude::sim
