// The reply to one request, written by the handler on the connection's thread.
#pragma once

#include <string_view>

#include "base/error.h"
#include "http/wire/http_message.h"

namespace anyclaude {

// Use either send(), or start(), any number of write() and then finish() or abort(). Not thread-safe. A
// failed call returns Error{cancelled, client}: the client has gone, and nothing more will reach it. Header
// fields that frame the message (Content-Length, Transfer-Encoding, Connection, Date) and
// X-Content-Type-Options are the writer's own; those passed in are ignored.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  // A whole reply with Content-Length. A reply to HEAD is sent without its body.
  virtual Status send(int status, const HeaderFields& headers, std::string_view body) = 0;

  // A reply of unknown length: chunked, or until the connection closes for HTTP/1.0 clients. The head goes
  // out at once; every write() reaches the socket before it returns (no Nagle delay, no buffering).
  virtual Status start(int status, const HeaderFields& headers) = 0;
  virtual Status write(std::string_view bytes) = 0;
  virtual Status finish() = 0;
  // Ends the connection without the terminator, so that the client can see that the reply is not whole.
  virtual void abort() = 0;

  virtual bool started() const = 0;
  // Bytes of the body that were handed to the socket.
  virtual std::size_t body_bytes_written() const = 0;

  // True once the client's side of the connection is seen closed. A poll of the socket; costs one system
  // call.
  virtual bool client_left() = 0;
  // The socket, for poll() only; -1 if there is none (tests).
  virtual int client_fd() const = 0;
};

}  // namespace anyclaude
