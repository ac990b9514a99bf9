#include "proxy/reply_sender.h"

#include "messages/events/message_event.h"
#include "proxy/reply_headers.h"

namespace anyclaude {

void send_error(Exchange& exchange, const ApiError& error) {
  exchange.entry.end = RequestEntry::End::failed;
  if (!exchange.client.started()) {
    // Before the client hears of it and asks again.
    exchange.cost.release();
    exchange.entry.http_status = error.status;
    HeaderFields headers = own_reply_headers("application/json", exchange);
    add_error_headers(headers, error);
    if (!exchange.client.send(error.status, headers, error.json(exchange.request_id)))
      exchange.entry.end = RequestEntry::End::client_left;
    return;
  }
  std::string text;
  append_event_text(text, {"error", error.json(exchange.request_id)});
  if (!exchange.client.write(text) || !exchange.client.finish())
    exchange.entry.end = RequestEntry::End::client_left;
}

void leave_to_others(Exchange& exchange, const ApiError& error, FailureReason reason) {
  exchange.entry.end = RequestEntry::End::failed;
  exchange.entry.http_status = error.status;
  exchange.failure = UpstreamFailure{error, reason};
}

void send_api_error(ResponseWriter& client, const ApiError& error) {
  HeaderFields headers{{"Content-Type", "application/json"}};
  add_error_headers(headers, error);
  // A client that has gone needs no answer.
  (void)client.send(error.status, headers, error.json());
}

void send_json(ResponseWriter& client, int status, std::string_view json) {
  // A client that has gone needs no answer.
  (void)client.send(status, {{"Content-Type", "application/json"}}, json);
}

}  // namespace anyclaude
