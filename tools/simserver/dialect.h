// One of the two APIs: how its requests are read, and its replies and errors worded.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/server/response_writer.h"
#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::sim {

inline constexpr std::string_view kJsonContent = "application/json; charset=utf-8";
inline constexpr std::string_view kEventStreamContent = "text/event-stream";

struct ErrorReply {
  int status = 500;
  std::string body;  // JSON text
};

// Immutable, so thread-safe.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual Result<ChatRequest> read(const Json& body) const = 0;
  virtual ErrorReply error(int status, std::string_view message) const = 0;
  virtual ErrorReply bad_json(std::string_view message) const = 0;
  virtual ErrorReply prompt_too_long(std::size_t prompt_tokens, std::size_t context_tokens) const = 0;
  // An error in the middle of a stream, framed as an event.
  virtual std::string error_event(std::string_view message) const = 0;
  // Where the reply to `request` goes: a stream or one whole message. Keeps references to both arguments.
  virtual std::unique_ptr<ReplySink> sink(const ChatRequest& request, ResponseWriter& writer) const = 0;
};

// As llama.cpp speaks it: /v1/chat/completions.
std::unique_ptr<Dialect> make_openai_dialect();
// /v1/messages.
std::unique_ptr<Dialect> make_anthropic_dialect();

}  // namespace anyclaude::sim
