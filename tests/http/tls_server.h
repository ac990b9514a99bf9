// A server under TLS with a certificate of its own making.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/http/scripted_server.h"

namespace anyclaude::test {

enum class Issuer { itself, authority };
enum class Validity { now, expired };

struct CertificatePlan {
  std::string subject = "DNS:localhost";  // or "IP:127.0.0.1"
  Issuer issuer = Issuer::itself;
  Validity validity = Validity::now;
};

class TlsServer {
 public:
  enum class Ending { orderly, cut };

  // Answers every request with `reply`.
  TlsServer(const CertificatePlan& plan, std::string reply, Ending ending = Ending::orderly);
  ~TlsServer();

  int port() const { return server_->port(); }
  // What has to be trusted to trust this server, as a PEM file that lives as long as this: the certificate
  // itself, or that of the authority that issued it.
  const std::string& certificate_file() const { return certificate_file_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void make_certificate(const CertificatePlan& plan);
  void serve(ScriptedPeer& peer) const;

  const std::string reply_;
  const Ending ending_;
  std::string certificate_file_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<ScriptedServer> server_;
};

}  // namespace anyclaude::test
