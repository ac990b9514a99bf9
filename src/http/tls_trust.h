#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "base/error.h"

namespace anyclaude {

// What is needed to trust a server: one context with the system's root certificates (or those SSL_CERT_FILE
// and SSL_CERT_DIR name), shared by every call, because loading them takes 20 ms and 1 MB. Thread-safe.
class TlsTrust {
 public:
  static Result<std::shared_ptr<const TlsTrust>> load();

  SSL_CTX* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsTrust(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace anyclaude
