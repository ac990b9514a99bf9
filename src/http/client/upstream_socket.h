#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "http/client/upstream_call.h"
#include "http/net/cancel_token.h"

namespace anyclaude {

// Connects to one numeric address, which is cpp-httplib's work, and calls `use` with the connected socket,
// which is closed when `use` returns. The end is `use`'s own, or how connecting failed.
UpstreamEnd with_connected_socket(const std::string& address, int port,
                                  std::chrono::milliseconds connect_time_max, CancelToken& cancel,
                                  const std::function<UpstreamEnd(int fd)>& use);

}  // namespace anyclaude
