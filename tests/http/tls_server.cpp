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

}  // namespace

TlsServer::TlsServer(const std::string& subject, std::string reply, Ending ending)
    : reply_(std::move(reply)), ending_(ending), context_(SSL_CTX_new(TLS_server_method())) {
  make_certificate(subject);
  server_ = std::make_unique<ScriptedServer>([this](ScriptedPeer& peer) { serve(peer); });
}

TlsServer::~TlsServer() {
  server_.reset();
  ::unlink(certificate_file_.c_str());
}

void TlsServer::make_certificate(const std::string& subject) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  check(key && certificate);
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key.get());
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("anyclaude tests"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, subject.c_str());
  check(names && X509_add_ext(x509, names, -1) == 1);
  X509_EXTENSION_free(names);
  check(X509_sign(x509, key.get(), EVP_sha256()) > 0);
  check(SSL_CTX_use_certificate(context_.get(), x509) == 1 &&
        SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  certificate_file_ = write_to_temporary_file(x509);
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
