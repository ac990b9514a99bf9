// An HTTP/1.1 server over cpp-httplib: one thread per connection, bounded in number, size and time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/limits.h"
#include "http/server/response_writer.h"
#include "http/wire/http_message.h"

namespace anyclaude {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: the system chooses
  std::size_t connections_max = limits::kConnectionsMax;
  std::size_t body_bytes_max = limits::kRequestBodyBytesMax;
  std::chrono::milliseconds head_time_max = limits::kRequestHeadTimeMax;
  std::chrono::milliseconds body_time_max = limits::kRequestBodyTimeMax;
  std::chrono::milliseconds keep_alive_idle_max = limits::kKeepAliveIdleMax;
  std::chrono::milliseconds client_write_time_max = limits::kClientWriteTimeMax;
};

// Called on the connection's thread, many at a time. It must answer; if it returns without an answer, or
// throws, the client gets a 500 or, in mid-reply, a cut connection.
// The request is the handler's: it may move the body out.
using HttpHandler = std::function<void(HttpRequest&, ResponseWriter&)>;
// Makes the body of an error the server itself answers (400, 408, 413, 431, 501, 529), as JSON text.
using HttpErrorBody = std::function<std::string(int status, std::string_view message)>;

// Whether every connection's thread has ended.
enum class StopEnd { all_ended, some_work };

class HttpServer {
 public:
  virtual ~HttpServer() = default;

  // Binds and listens (SO_REUSEADDR only: a port in use is an error, never shared silently). Refuses with
  // unavailable and a sentence that names the address.
  static Result<std::unique_ptr<HttpServer>> listen(HttpServerOptions options, HttpHandler handler,
                                                    HttpErrorBody error_body);

  virtual int port() const = 0;
  // Accepts connections on a thread of its own. Called once.
  virtual void start() = 0;
  // Stops accepting, closes idle connections, lets running replies finish for `grace`, then cuts the rest.
  // A handler that computes notices nothing of a cut connection: after kShutdownCutMax it is not waited for,
  // and the answer is `some_work`; only the destructor waits for it. Safe to call twice; callable from any
  // thread but a handler's.
  virtual StopEnd stop(std::chrono::milliseconds grace) = 0;
  // Connections open now, over the cap included.
  virtual std::size_t connections() const = 0;
  virtual std::size_t refused_over_cap() const = 0;
};

}  // namespace anyclaude
