// Carries one upstream exchange to a client without changing a byte of its body.
#pragma once

#include <string_view>

#include "backend/identity/backend.h"
#include "backend/identity/key_mask.h"
#include "http/client/upstream_call.h"
#include "http/server/response_writer.h"

namespace anyclaude {

enum class RelayStyle {
  stream,    // every piece goes on as it comes
  whole,     // the reply is gathered and sent in one piece
  withheld,  // the client is to get nothing of it: another server will answer
};

// Hears everything before the client does.
class RelayListener {
 public:
  virtual ~RelayListener() = default;
  // `headers` are the end-to-end fields that will reach the client; the listener may add to them.
  virtual RelayStyle on_head(const UpstreamHead& head, HeaderFields& headers) = 0;
  virtual void on_bytes(std::string_view bytes) = 0;
  // The reply is complete. In RelayStyle::whole `body` is all of it, and the client has nothing of it yet.
  virtual void on_complete(std::string_view body) = 0;
};

enum class RelayEnd { delivered, client_left, upstream_failed, withheld };

struct RelayOutcome {
  RelayEnd end = RelayEnd::delivered;
  int status = 0;  // of the upstream; 0 when no head came
  UpstreamDone upstream = {};
};

// Every byte passes unchanged but the server's key, which `mask` covers in header fields, in the body of an
// error (400 and above, or an error under another status), and in the `error` events of a stream. When the
// upstream fails before its head, nothing has been sent and the caller answers. When it fails later, the
// client's connection is cut, so that it sees what we saw.
RelayOutcome relay(UpstreamClient& upstream, UpstreamRequest request, ResponseWriter& client,
                   RelayListener& listener, const KeyMask& mask);

// The header of the client's request as the upstream is to get it: every end-to-end field as sent and in its
// order, an identity encoding asked for, and the settings' key: with mode claude only where the client
// brought no credentials of its own, for other servers instead of them.
HeaderFields verbatim_headers(const HttpRequest& request, const BackendSettings& settings);

// The whole request, with those header fields.
UpstreamRequest verbatim_request(const HttpRequest& request, HeaderFields headers, std::string_view body,
                                 const BackendSettings& settings);

}  // namespace anyclaude
