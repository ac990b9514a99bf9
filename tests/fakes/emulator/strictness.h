// What each server would not take. Everything found here is the broker's fault: it knew whom it was talking
// to.
#pragma once

#include <optional>
#include <string>

#include "fakes/emulator/quirks.h"
#include "tools/simserver/chat_request.h"

namespace anyclaude::emulators {

enum class Consequence { error_reply, connection_dropped, stream_cut };

struct Objection {
  Consequence consequence = Consequence::error_reply;
  int status = 400;
  std::string reason;
  // An image to a server that sees none is what the person sent, not a mistake of the broker's.
  enum class Blame { broker, nobody } blame = Blame::broker;
};

// The first thing in a chat completions body that this server does not take. The model's name is not looked
// at.
std::optional<Objection> find_objection(const sim::Json& body, const Quirks& quirks);
// The same in a Messages body: thinking that the server did not sign.
std::optional<Objection> find_messages_objection(const sim::Json& body, const Quirks& quirks);

}  // namespace anyclaude::emulators
