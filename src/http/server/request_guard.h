// Keeps web pages away from a server on localhost: a foreign Host is DNS rebinding, a foreign Origin or
// Sec-Fetch-Site is a page of another site, or of another server on this machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/wire/http_message.h"

namespace anyclaude {

enum class GuardVerdict { allowed, foreign_host, foreign_origin, foreign_site };

// `sec-fetch-mode` and `anthropic-dangerous-direct-browser-access` are sent by Claude Code itself and say
// nothing; it sends neither `Origin` nor `Sec-Fetch-Site`.
class RequestGuard {
 public:
  // As Host, loopback names (localhost, 127.0.0.0/8, [::1]) with any port are always allowed, the listen
  // address too. `extra_hosts` come from the configuration, for brokers that serve a team; one with a port
  // allows pages of that port alone.
  RequestGuard(std::string listen_host, std::vector<std::string> extra_hosts);

  // Which port is this server's own: the pages of no other one are. Call it before the first check().
  void listens_on(int port) { port_ = port; }

  // Every line of every field counts. A request without Origin and Sec-Fetch-Site is no page's.
  GuardVerdict check(const HttpRequest& request) const;

 private:
  struct Authority {
    std::string host;
    int port = 0;  // 0: none is named
  };

  bool is_known_host(std::string_view host) const;
  bool is_known_origin(std::string_view origin) const;
  bool is_own_page(const Authority& page) const;

  std::string listen_host_;
  std::vector<std::string> hosts_;
  std::vector<Authority> extra_;
  int port_ = 0;
};

}  // namespace anyclaude
