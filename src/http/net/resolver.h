#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/net/deadline.h"

namespace anyclaude {

// The addresses of `host` as numbers, in the order to try them; none if it has none or they are not known in
// time. The system's own look-up takes no deadline, so it runs on a thread that is left behind when the
// deadline passes or `is_cancelled` says so.
std::vector<std::string> resolve_host(const std::string& host, Deadline deadline,
                                      const std::function<bool()>& is_cancelled);

}  // namespace anyclaude
