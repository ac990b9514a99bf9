// A stored answer as the client wants it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "messages/request/messages_request.h"
#include "storage/response_store.h"

namespace anyclaude {

struct ReplayReply {
  std::string_view content_type;
  std::string body;
};

// The message gets a fresh id; usage is as stored. Error{corrupt, store} when what is stored is not a
// message.
Result<ReplayReply> render_replay(const StoredResponse& stored, Delivery delivery);

}  // namespace anyclaude
