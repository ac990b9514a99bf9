// The events of a streamed message, as bytes on their way to a client.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

// One server-sent event: `name` is Anthropic's event type ("content_block_delta"), `data` its JSON text,
// which carries the same type in its "type" member.
struct MessageEvent {
  std::string name;
  std::string data;
};

class MessageEventSink {
 public:
  virtual ~MessageEventSink() = default;
  virtual void on_event(const MessageEvent& event) = 0;
};

// "event: NAME\ndata: DATA\n\n"
void append_event_text(std::string& out, const MessageEvent& event);

}  // namespace anyclaude
