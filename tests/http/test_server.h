#pragma once

#include <memory>
#include <string>

#include "http/server/http_server.h"
#include "http/wire/url.h"

namespace anyclaude::test {

// A started server on a port of the system's choice, stopped when it goes out of scope.
class TestServer {
 public:
  explicit TestServer(HttpHandler handler, HttpServerOptions options = {});
  ~TestServer() { stop(std::chrono::seconds(10)); }

  int port() const { return server_->port(); }
  Url url() const;
  HttpServer& operator*() { return *server_; }
  HttpServer* operator->() { return server_.get(); }
  void stop(std::chrono::milliseconds grace) { server_->stop(grace); }

 private:
  std::unique_ptr<HttpServer> server_;
};

// Answers "METHOD path query body".
void echo(HttpRequest& request, ResponseWriter& writer);

}  // namespace anyclaude::test
