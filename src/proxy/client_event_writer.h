// Takes the events of a reply and gives them to the recorder and, when the client asked for a stream, to the
// client.
#pragma once

#include <string>

#include "backend/identity/key_mask.h"
#include "messages/events/message_event.h"
#include "proxy/exchange.h"
#include "proxy/reply_recorder.h"

namespace anyclaude {

// Not thread-safe.
class ClientEventWriter final : public MessageEventSink {
 public:
  // `mask` covers the server's key in `error` events; it outlives the writer.
  ClientEventWriter(Exchange& exchange, ReplyRecorder& recorder, const KeyMask& mask)
      : exchange_(exchange), recorder_(recorder), mask_(mask) {}

  void on_event(const MessageEvent& event) override;
  // Sends what has gathered in one write; starts the reply with the first of it. For a client that wants a
  // whole reply it does nothing.
  Status flush();

 private:
  bool streams() const { return exchange_.parsed->delivery == Delivery::stream; }

  Exchange& exchange_;
  ReplyRecorder& recorder_;
  const KeyMask& mask_;
  std::string pending_;
};

}  // namespace anyclaude
