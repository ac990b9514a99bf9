// Replies of upstream servers, as they come over the wire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "http/wire/http_message.h"

namespace anyclaude::fakes {

inline HeaderFields event_stream() {
  return {{"Content-Type", "text/event-stream"}};
}
inline HeaderFields json_type() {
  return {{"Content-Type", "application/json"}};
}

// chat.completion.chunk events: a role, one event per text, the finish reason, usage. An answer to a long
// prompt of which a server counted few tokens is taken for one to a prompt that was cut.
inline std::vector<std::string> chat_stream(const std::vector<std::string>& texts,
                                            const std::string& finish = "stop",
                                            std::uint64_t prompt_tokens = 100) {
  const auto chunk = [](const std::string& delta, const std::string& reason) {
    return R"(data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":)" + delta +
           R"(,"finish_reason":)" + reason + "}]}\n\n";
  };
  std::vector<std::string> pieces{chunk(R"({"role":"assistant","content":""})", "null")};
  for (const std::string& text : texts) pieces.push_back(chunk(R"({"content":")" + text + "\"}", "null"));
  pieces.push_back(chunk("{}", "\"" + finish + "\""));
  pieces.push_back(
      R"(data: {"id":"c1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":)" +
      std::to_string(prompt_tokens) + R"(,"completion_tokens":7,"total_tokens":)" +
      std::to_string(prompt_tokens + 7) +
      R"(,"prompt_tokens_details":{"cached_tokens":40}}})"
      "\n\ndata: [DONE]\n\n");
  return pieces;
}

// A streamed message of Anthropic's with one text block.
inline std::vector<std::string> anthropic_stream(const std::string& text,
                                                 const std::string& stop_reason = "end_turn") {
  return {
      "event: message_start\n"
      R"(data: {"type":"message_start","message":{"id":"msg_up","type":"message","role":"assistant",)"
      R"("model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,)"
      R"("cache_read_input_tokens":90,"cache_creation_input_tokens":5,"output_tokens":1}}})"
      "\n\nevent: content_block_start\n"
      R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
      "\n\n",
      "event: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
          text + "\"}}\n\n",
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: message_delta\n"
      R"(data: {"type":"message_delta","delta":{"stop_reason":")" +
          stop_reason +
          R"(","stop_sequence":null},"usage":{"output_tokens":5}})"
          "\n\n",
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"};
}

}  // namespace anyclaude::fakes
