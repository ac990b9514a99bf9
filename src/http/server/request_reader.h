#pragma once

#include <cstddef>
#include <tl/expected.hpp>
#include <variant>

#include "http/server/http_server.h"
#include "http/server/server_connection.h"
#include "http/wire/request_head.h"

namespace anyclaude {

struct ReceivedRequest {
  HttpRequest request;
  HttpVersion version = HttpVersion::http_1_1;
  AfterReply after_reply = AfterReply::keep_connection;
};

// The client left before its request was whole: there is no connection to answer on.
struct ClientLeft {};
using ReadFailure = std::variant<Refusal, ClientLeft>;

// Reads one request, within the limits of `options`: bytes, fields, and the time for head and body each as a
// whole. The body is read to its end; `request.peer` is left to the caller.
tl::expected<ReceivedRequest, ReadFailure> read_request(ServerConnection& connection,
                                                        const HttpServerOptions& options);

}  // namespace anyclaude
