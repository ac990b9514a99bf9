// A server under TLS with a certificate of its own making.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/http/scripted_server.h"

namespace anyclaude::test {

class TlsServer {
 public:
  enum class Ending { orderly, cut };

  // Answers every request with `reply`. The certificate names `subject` ("DNS:localhost", "IP:127.0.0.1").
  TlsServer(const std::string& subject, std::string reply, Ending ending);

  int port() const { return server_->port(); }
  // The certificate as a PEM file, which lives as long as this.
  const std::string& certificate_file() const { return certificate_file_; }
  ~TlsServer();

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void make_certificate(const std::string& subject);
  void serve(ScriptedPeer& peer) const;

  const std::string reply_;
  const Ending ending_;
  std::string certificate_file_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<ScriptedServer> server_;
};

}  // namespace anyclaude::test
