#include "http/net/tls_failure.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace anyclaude {
namespace {

std::string certificate_problem(long verdict, const std::string& host) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet; look at this machine's clock";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate does not name " + host + "; use the name that it has";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "its certificate is self-signed; if you trust it, set SSL_CERT_FILE to it";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its certificate is from an issuer that is not known here; behind a proxy that reads TLS, set "
             "SSL_CERT_FILE to your proxy's CA";
    default:
      return std::string("its certificate is not accepted (") + X509_verify_cert_error_string(verdict) + ")";
  }
}

}  // namespace

std::string tls_failure_reason(const SSL* session, const std::string& host) {
  if (session == nullptr) return "the TLS library gave no session";
  if (const long verdict = SSL_get_verify_result(session); verdict != X509_V_OK)
    return certificate_problem(verdict, host);
  const unsigned long error = ERR_peek_error();
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER)
    return "it does not speak TLS on this port; is it http:// that you mean?";
  const char* reason = ERR_reason_error_string(error);
  return reason ? std::string("the handshake failed (") + reason + ")"
                : "it closed the connection during the handshake";
}

}  // namespace anyclaude
