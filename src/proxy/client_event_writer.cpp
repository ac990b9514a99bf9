#include "proxy/client_event_writer.h"

#include "proxy/reply_headers.h"

namespace anyclaude {

void ClientEventWriter::on_event(const MessageEvent& event) {
  recorder_.on_event(event.name, event.data);
  exchange_.arguments.on_event(event);
  if (!streams()) return;
  if (event.name == "error")
    append_event_text(pending_, {event.name, mask_.masked(std::string_view(event.data))});
  else
    append_event_text(pending_, event);
}

Status ClientEventWriter::flush() {
  if (pending_.empty()) return {};
  if (!exchange_.client.started()) {
    if (auto status =
            exchange_.client.start(200, own_reply_headers("text/event-stream; charset=utf-8", exchange_));
        !status)
      return status;
    exchange_.entry.http_status = 200;
  }
  const Status status = exchange_.client.write(pending_);
  pending_.clear();
  return status;
}

}  // namespace anyclaude
