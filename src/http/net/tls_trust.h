#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/error.h"

namespace anyclaude {

// Where root certificates come from. An empty member is the system's own place.
struct TlsTrustSources {
  std::string certificate_file{};       // of SSL_CERT_FILE: certificates as PEM
  std::string certificate_directory{};  // of SSL_CERT_DIR: directories as c_rehash makes them, between colons
};

// What is needed to trust a server: one context with its root certificates, shared by every call, because
// loading them takes 20 ms and 1 MB. Thread-safe.
class TlsTrust {
 public:
  // Errors have source config when a named file or directory is not what it should be, and source broker when
  // this system has no root certificates in any of the usual places.
  static Result<std::shared_ptr<const TlsTrust>> load(const TlsTrustSources& sources = {});

  SSL_CTX* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsTrust(SSL_CTX* context) : context_(context) {}

  Status take_certificates(const TlsTrustSources& sources) const;

  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace anyclaude
