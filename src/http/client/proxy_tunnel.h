#pragma once

#include <functional>
#include <string>

#include "http/client/proxy_settings.h"
#include "http/client/upstream_call.h"
#include "http/client/upstream_transport.h"
#include "http/net/deadline.h"

namespace anyclaude {

// Asks the proxy at the other end of `transport` to connect to `server` (CONNECT). `complete` means that what
// is sent from here on reaches the server. Otherwise `detail` says, as the end of a sentence, what the proxy
// did and what to do about it; no password is in it.
UpstreamDone open_tunnel(UpstreamTransport& transport, const Proxy& proxy, const Url& server,
                         Deadline deadline);

}  // namespace anyclaude
