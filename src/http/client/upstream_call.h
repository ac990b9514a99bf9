// One request to an upstream server, read piece by piece by the connection's thread while the client is
// watched.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/limits.h"
#include "http/client/proxy_settings.h"
#include "http/net/tls_trust.h"
#include "http/wire/http_message.h"
#include "http/wire/url.h"

namespace anyclaude {

// `connect` is for each of connecting, the way through a proxy and the TLS handshake; `first_byte` is from
// the request to the first byte of the reply's body; `idle` is between two pieces of it.
struct UpstreamTimeouts {
  std::chrono::milliseconds connect = limits::kConnectTimeMax;
  std::chrono::milliseconds first_byte = limits::kFirstByteTimeMax;
  std::chrono::milliseconds idle = limits::kUpstreamIdleTimeMax;
};

struct UpstreamRequest {
  std::string method = "POST";
  std::string target = "/";  // path and query, sent as they are
  HeaderFields headers{};    // sent in this order; Host, Content-Length and Connection are the client's own
  std::string body{};
  UpstreamTimeouts timeouts{};
  std::string via{};  // the marks that the request came with (via_mark.h); sent where the route has a mark
};

// How an exchange ended, in more detail than the library under it reports.
enum class UpstreamEnd {
  complete,
  refused,  // connect refused or unreachable
  name_not_resolved,
  connect_timed_out,
  tls_failed,
  proxy_failed,  // the proxy did not connect to the server
  first_byte_timed_out,
  idle_timed_out,
  cut,        // the server closed before the reply was whole
  too_large,  // over kUpstreamReplyBytesMax or kUpstreamHeadBytesMax
  protocol,   // not HTTP
  cancelled,  // by us
};
std::string_view name_of(UpstreamEnd end);

// What next() found.
struct UpstreamHead {
  int status = 0;
  HeaderFields headers;
};
struct UpstreamBytes {
  std::string bytes;
};
struct UpstreamDone {
  UpstreamEnd end = UpstreamEnd::complete;
  std::string detail{};  // what more is known of the reason, as the end of a sentence; often empty
};
struct ClientGone {};
struct NothingYet {};  // the timeout passed
using UpstreamSignal = std::variant<UpstreamHead, UpstreamBytes, UpstreamDone, ClientGone, NothingYet>;

// Owned by one thread. The exchange runs on a thread of its own behind a bounded queue; destroying the call
// cancels it and waits for that thread (at most a few milliseconds: the socket is shut down first).
class UpstreamCall {
 public:
  virtual ~UpstreamCall() = default;

  // The next thing that happens, in this order: one UpstreamHead, any number of UpstreamBytes, one
  // UpstreamDone. A failed connect is UpstreamDone with no head before it. Waits on the upstream and on
  // `client_fd` at once (-1: no client to watch); a client that leaves is ClientGone within milliseconds, in
  // every phase.
  virtual UpstreamSignal next(int client_fd, std::chrono::milliseconds timeout) = 0;
  // Thread-safe, idempotent, does not block.
  virtual void cancel() = 0;
  // Milliseconds from start to the reply's head and to its first body byte; -1 before.
  virtual std::int64_t head_ms() const = 0;
};

// How a server is reached and trusted.
struct UpstreamRoute {
  ProxySettings proxies{};
  TlsTrustSources trust{};
  // What this process adds to the marks of each request (via_mark.h); empty: no request carries any.
  std::string via_mark{};
};

// Makes calls to one server. Every call has a connection of its own. Thread-safe.
class UpstreamClient {
 public:
  virtual ~UpstreamClient() = default;

  // Errors have source config: a proxy or certificates that the route names cannot be used.
  static Result<std::unique_ptr<UpstreamClient>> create(const Url& base, const UpstreamRoute& route = {});

  virtual std::unique_ptr<UpstreamCall> start(UpstreamRequest request) = 0;
  virtual const Url& base() const = 0;

  // A short exchange read whole, for probes: GET /props, /v1/models. Errors have source upstream and a
  // message that names the address and what happened.
  Result<HttpReply> fetch(UpstreamRequest request,
                          std::chrono::milliseconds time_max = limits::kProbeTimeMax);
};

// Error{source upstream} that says in a sentence how an exchange with `base` ended.
Error upstream_error(const UpstreamDone& done, const Url& base);

}  // namespace anyclaude
