#include "http/net/tls_trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace anyclaude {
namespace {

// Where systems keep their root certificates when the library itself was built to look elsewhere.
constexpr std::array<const char*, 9> kKnownFiles{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // macOS, Alpine
    "/opt/homebrew/etc/ca-certificates/cert.pem",
    "/opt/homebrew/etc/openssl@3/cert.pem",
    "/usr/local/etc/ca-certificates/cert.pem",
    "/usr/local/etc/openssl@3/cert.pem",
};

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::string system_file() {
  if (is_file(X509_get_default_cert_file())) return X509_get_default_cert_file();
  const auto* known = std::ranges::find_if(kKnownFiles, is_file);
  return known == kKnownFiles.end() ? std::string() : std::string(*known);
}

tl::unexpected<Error> refuse(ErrorSource source, std::string message) {
  ERR_clear_error();
  return fail(ErrorKind::unavailable, source, std::move(message));
}

}  // namespace

Result<std::shared_ptr<const TlsTrust>> TlsTrust::load(const TlsTrustSources& sources) {
  const std::shared_ptr<const TlsTrust> trust(new TlsTrust(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* context = trust->context();
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return refuse(ErrorSource::broker, "The TLS library cannot be used.");
  if (const Status taken = trust->take_certificates(sources); !taken) return tl::unexpected(taken.error());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return trust;
}

// As everywhere with OpenSSL: the file and the directory count independently of each other, so a user who
// names a file keeps the system's directory.
Status TlsTrust::take_certificates(const TlsTrustSources& sources) const {
  const bool names_file = !sources.certificate_file.empty();
  const std::string file = names_file ? sources.certificate_file : system_file();
  const bool file_taken = !file.empty() && SSL_CTX_load_verify_file(context(), file.c_str()) == 1;
  if (names_file && !file_taken)
    return refuse(ErrorSource::config, "SSL_CERT_FILE names " + file +
                                           ", which cannot be read or holds no certificates in PEM form; "
                                           "correct it or unset it.");
  const bool names_directory = !sources.certificate_directory.empty();
  const std::string directory =
      names_directory ? sources.certificate_directory : std::string(X509_get_default_cert_dir());
  const std::string first = directory.substr(0, directory.find(':'));
  if (names_directory && !is_directory(first))
    return refuse(ErrorSource::config,
                  "SSL_CERT_DIR names " + first + ", which is no directory; correct it or unset it.");
  const bool directory_taken =
      is_directory(first) && SSL_CTX_load_verify_dir(context(), directory.c_str()) == 1;
  if (!file_taken && !directory_taken)
    return refuse(ErrorSource::broker,
                  "This system has no root certificates where they are looked for; install the package "
                  "ca-certificates, or name a file of them in SSL_CERT_FILE.");
  ERR_clear_error();
  return {};
}

}  // namespace anyclaude
