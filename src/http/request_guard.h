// Keeps web pages away from a server on localhost: a foreign Host is DNS rebinding, a foreign Origin is a
// page's script.
#pragma once

#include <string>
#include <vector>

#include "http/http_message.h"

namespace anyclaude {

enum class GuardVerdict { allowed, foreign_host, foreign_origin };

// What marks a browser page is `Origin`; `sec-fetch-mode` and `anthropic-dangerous-direct-browser-access` are
// sent by Claude Code itself and say nothing.
class RequestGuard {
 public:
  // Loopback names (localhost, 127.0.0.0/8, [::1]) with any port are always allowed, the listen address too.
  // `extra_hosts` come from the configuration, for brokers that serve a team.
  RequestGuard(std::string listen_host, std::vector<std::string> extra_hosts);

  GuardVerdict check(const HttpRequest& request) const;

 private:
  bool is_known_host(std::string_view host) const;
  std::vector<std::string> hosts_;
};

}  // namespace anyclaude
