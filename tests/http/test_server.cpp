#include "tests/http/test_server.h"

#include <stdexcept>

namespace anyclaude::test {

TestServer::TestServer(HttpHandler handler, HttpServerOptions options) {
  auto server =
      HttpServer::listen(std::move(options), std::move(handler), [](int status, std::string_view message) {
        return "{\"status\":" + std::to_string(status) + ",\"message\":\"" + std::string(message) + "\"}";
      });
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
  server_->start();
}

Url TestServer::url() const {
  Url url;
  url.host = "127.0.0.1";
  url.port = port();
  return url;
}

void echo(HttpRequest& request, ResponseWriter& writer) {
  const std::string text = request.method + " " + request.path + " " + request.query + " " + request.body;
  static_cast<void>(writer.send(200, {{"Content-Type", "text/plain"}}, text));
}

}  // namespace anyclaude::test
