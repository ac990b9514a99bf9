#include "tests/http/tls_server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace anyclaude::test {
namespace {

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refuses to make a certificate");
}

std::string write_to_temporary_file(X509* certificate) {
  std::string path = "/tmp/anyclaude_certificate_XXXXXX";
  const int fd = ::mkstemp(path.data());
  std::FILE* file = ::fdopen(fd, "w");
  check(file && PEM_write_X509(file, certificate) == 1);
  std::fclose(file);
  return path;
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

struct Certificate {
  std::unique_ptr<EVP_PKEY, FreeKey> key{EVP_EC_gen("P-256")};
  std::unique_ptr<X509, FreeCertificate> x509{X509_new()};
};

void set_name(X509_NAME* name, const std::string& organisation) {
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(organisation.c_str()), -1, -1, 0);
}

void add_extension(X509* x509, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension && X509_add_ext(x509, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Not signed yet.
Certificate draft(const std::string& organisation, Validity validity) {
  Certificate certificate;
  check(certificate.key && certificate.x509);
  X509* x509 = certificate.x509.get();
  const bool is_expired = validity == Validity::expired;
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), is_expired ? 2 : 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), is_expired ? -7200 : -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), is_expired ? -3600 : 3600);
  X509_set_pubkey(x509, certificate.key.get());
  set_name(X509_get_subject_name(x509), organisation);
  return certificate;
}

void sign(const Certificate& certificate, const Certificate& issuer) {
  X509_set_issuer_name(certificate.x509.get(), X509_get_subject_name(issuer.x509.get()));
  check(X509_sign(certificate.x509.get(), issuer.key.get(), EVP_sha256()) > 0);
}

Certificate make_authority() {
  Certificate authority = draft("anyclaude test authority", Validity::now);
  add_extension(authority.x509.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(authority, authority);
  return authority;
}

}  // namespace

TlsServer::TlsServer(const CertificatePlan& plan, std::string reply, Ending ending)
    : reply_(std::move(reply)), ending_(ending), context_(SSL_CTX_new(TLS_server_method())) {
  make_certificate(plan);
  server_ = std::make_unique<ScriptedServer>([this](ScriptedPeer& peer) { serve(peer); });
}

TlsServer::~TlsServer() {
  server_.reset();
  ::unlink(certificate_file_.c_str());
}

void TlsServer::make_certificate(const CertificatePlan& plan) {
  const Certificate own = draft("anyclaude tests", plan.validity);
  add_extension(own.x509.get(), NID_subject_alt_name, plan.subject);
  if (plan.issuer == Issuer::authority) {
    const Certificate authority = make_authority();
    sign(own, authority);
    certificate_file_ = write_to_temporary_file(authority.x509.get());
  } else {
    sign(own, own);
    certificate_file_ = write_to_temporary_file(own.x509.get());
  }
  check(SSL_CTX_use_certificate(context_.get(), own.x509.get()) == 1 &&
        SSL_CTX_use_PrivateKey(context_.get(), own.key.get()) == 1);
}

void TlsServer::serve(ScriptedPeer& peer) const {
  const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(session.get(), peer.fd());
  if (SSL_accept(session.get()) != 1) return;
  std::array<char, 16 * 1024> buffer;
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int got = SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) return;
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (SSL_write(session.get(), reply_.data(), static_cast<int>(reply_.size())) <= 0) return;
  if (ending_ == Ending::orderly) SSL_shutdown(session.get());
}

}  // namespace anyclaude::test
