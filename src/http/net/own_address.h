#pragma once

#include <string>

#include "http/net/deadline.h"
#include "http/wire/url.h"

namespace anyclaude {

// Whether a connection to `target` ends at a server of this process that listens on `listen_host` and `port`:
// same port, and one of the target's addresses is the one listened on. A server on 0.0.0.0 or :: listens on
// every address of this machine. Names are looked up, until `deadline`, only where the ports agree; a name
// that cannot be looked up leads elsewhere.
bool leads_to_own_address(const Url& target, const std::string& listen_host, int port, Deadline deadline);

}  // namespace anyclaude
