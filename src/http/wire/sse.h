// Server-sent events, read and written.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude {

struct SseEvent {
  std::string name;  // "" when the event has no `event:` field
  std::string data;  // the data lines joined by \n
};

// Reads a stream in pieces of any size, split anywhere (inside a UTF-8 character, between \r and \n). Follows
// the WHATWG grammar: LF, CRLF or CR line ends, a leading byte order mark, comments ignored. Not thread-safe.
class SseParser {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;

  // Events larger than kSseEventBytesMax are Error{too_large, upstream}; the parser then reads no further.
  Status feed(std::string_view bytes, const OnEvent& on_event);
  // Ends the stream. A last event without its blank line is given out too: several servers end `data: [DONE]`
  // so.
  void finish(const OnEvent& on_event);

 private:
  void line(std::string_view text, const OnEvent& on_event);
  void dispatch(const OnEvent& on_event);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool after_carriage_return_ = false;
  bool at_stream_start_ = true;
  bool too_large_ = false;
};

// Appends one event as text; `name` may be empty. Each line of `data` becomes a data line. Neither holds a
// carriage return, nor the name a line feed: JSON text, the one kind of data here, escapes both.
void append_sse_event(std::string& out, std::string_view name, std::string_view data);

}  // namespace anyclaude
