#include "http/client/upstream_transport.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <climits>

#include "http/net/tls_failure.h"

namespace anyclaude {
namespace {

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, 16> raw{};
  return ::inet_pton(AF_INET, host.c_str(), raw.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), raw.data()) == 1;
}

// Whom the certificate must name.
bool expect_host(SSL* session, const std::string& host) {
  if (is_ip_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(session, host.c_str()) == 1 && SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

}  // namespace

UpstreamTransport::UpstreamTransport(int fd) : fd_(fd) {
  set_nonblocking(fd);
}

Handshake UpstreamTransport::begin_tls(SSL_CTX* context, const std::string& host, Deadline deadline) {
  ERR_clear_error();
  tls_.reset(SSL_new(context));
  const bool is_ready = tls_ && SSL_set_fd(tls_.get(), fd_) == 1 && expect_host(tls_.get(), host);
  const Handshake ended = is_ready ? handshake(deadline) : Handshake::failed;
  if (ended == Handshake::failed) tls_failure_ = tls_failure_reason(tls_.get(), host);
  return ended;
}

Handshake UpstreamTransport::handshake(Deadline deadline) {
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(tls_.get());
    if (result == 1) return Handshake::done;
    const int error = SSL_get_error(tls_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return Handshake::failed;
    if (wait_for(fd_, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline) == 0)
      return Handshake::timed_out;
  }
}

TransferResult UpstreamTransport::send(std::string_view first, std::string_view second) {
  if (tls_) {
    const std::string_view piece = first.empty() ? second : first;
    ERR_clear_error();
    return tls_result(
        SSL_write(tls_.get(), piece.data(), static_cast<int>(std::min<std::size_t>(piece.size(), INT_MAX))));
  }
  const std::array pieces{first, second};
  const ssize_t sent = send_pieces(fd_, pieces);
  if (sent >= 0) return {Transfer::some, static_cast<std::size_t>(sent)};
  return {would_block(errno) ? Transfer::would_block : Transfer::failed, 0};
}

TransferResult UpstreamTransport::receive(std::span<char> buffer) {
  if (tls_) {
    ERR_clear_error();
    return tls_result(
        SSL_read(tls_.get(), buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), INT_MAX))));
  }
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) return {Transfer::some, static_cast<std::size_t>(got)};
  if (got == 0) return {Transfer::closed, 0};
  return {would_block(errno) ? Transfer::would_block : Transfer::failed, 0};
}

TransferResult UpstreamTransport::tls_result(int result) {
  tls_wants_ = 0;
  if (result > 0) return {Transfer::some, static_cast<std::size_t>(result)};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      tls_wants_ = POLLIN;
      return {Transfer::would_block, 0};
    case SSL_ERROR_WANT_WRITE:
      tls_wants_ = POLLOUT;
      return {Transfer::would_block, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Transfer::closed, 0};
    default:
      return {Transfer::failed, 0};
  }
}

short UpstreamTransport::wait(short events, Deadline deadline) const {
  if (tls_ && SSL_pending(tls_.get()) > 0) return POLLIN;
  return wait_for(fd_, static_cast<short>(events | tls_wants_), deadline);
}

}  // namespace anyclaude
