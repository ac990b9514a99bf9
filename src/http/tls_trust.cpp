#include "http/tls_trust.h"

namespace anyclaude {

Result<std::shared_ptr<const TlsTrust>> TlsTrust::load() {
  const std::shared_ptr<const TlsTrust> trust(new TlsTrust(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* context = trust->context();
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_default_verify_paths(context) != 1) {
    return fail(ErrorKind::unavailable, ErrorSource::broker,
                "The system's root certificates cannot be loaded.");
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return trust;
}

}  // namespace anyclaude
