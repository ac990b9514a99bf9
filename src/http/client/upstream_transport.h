#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/net/deadline.h"
#include "http/net/socket.h"

namespace anyclaude {

enum class Transfer { some, would_block, closed, failed };
struct TransferResult {
  Transfer state = Transfer::failed;
  std::size_t count = 0;
};

enum class Handshake { done, failed, timed_out };

// A connected socket, plain or under TLS, that never blocks but in wait(). Borrows the socket.
class UpstreamTransport {
 public:
  explicit UpstreamTransport(int fd);

  // Goes on under TLS: the certificate must chain to a trusted root and name `host`.
  Handshake begin_tls(SSL_CTX* context, const std::string& host, Deadline deadline);
  // Why the handshake failed, as the end of a sentence.
  const std::string& tls_failure() const { return tls_failure_; }

  TransferResult send(std::string_view first, std::string_view second);
  // `closed` is an orderly end; a connection cut under TLS is `failed`.
  TransferResult receive(std::span<char> buffer);
  // Waits until receive() or, if asked for, send() can go on. poll's revents, 0 when the deadline passed.
  short wait(short events, Deadline deadline) const;

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  TransferResult tls_result(int result);
  Handshake handshake(Deadline deadline);

  int fd_;
  std::unique_ptr<SSL, Free> tls_;
  std::string tls_failure_;
  short tls_wants_ = 0;  // what the last TLS call waits for besides the caller's events
};

}  // namespace anyclaude
