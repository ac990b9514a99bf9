#include "messages/events/message_event.h"

namespace anyclaude {

void append_event_text(std::string& out, const MessageEvent& event) {
  out += "event: ";
  out += event.name;
  // Our own JSON has no line breaks; an upstream's may, and each line then needs its own field.
  std::string_view rest = event.data;
  while (true) {
    const std::size_t end = rest.find_first_of("\r\n");
    out += "\ndata: ";
    out += rest.substr(0, end);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += "\n\n";
}

}  // namespace anyclaude
