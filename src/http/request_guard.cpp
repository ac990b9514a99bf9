#include "http/request_guard.h"

#include <algorithm>
#include <charconv>

#include "http/header_syntax.h"

namespace anyclaude {
namespace {

// The name in "name:port", "[v6]:port" or a bare IPv6 address, in lower case and without the root's dot.
std::string host_name_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view rest = authority.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return {};
    return ascii_lower(authority.substr(1, close - 1));
  }
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos && authority.find(':', colon + 1) == std::string_view::npos) {
    authority = authority.substr(0, colon);
  }
  if (authority.ends_with('.')) authority.remove_suffix(1);
  return ascii_lower(authority);
}

// 127.a.b.c and nothing else: "127.0.0.1.example.com" is a name that anyone may own.
bool is_loopback_ipv4(std::string_view host) {
  int parts = 0;
  while (!host.empty()) {
    int value = -1;
    const std::size_t dot = std::min(host.find('.'), host.size());
    const std::string_view part = host.substr(0, dot);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < 0 || value > 255) return false;
    if (parts == 0 && value != 127) return false;
    ++parts;
    if (dot + 1 == host.size()) return false;
    host.remove_prefix(std::min(dot + 1, host.size()));
  }
  return parts == 4;
}

}  // namespace

RequestGuard::RequestGuard(std::string listen_host, std::vector<std::string> extra_hosts) {
  hosts_ = {"localhost", "::1"};
  hosts_.push_back(host_name_of(listen_host));
  for (const std::string& host : extra_hosts) hosts_.push_back(host_name_of(host));
  std::erase(hosts_, "");
}

GuardVerdict RequestGuard::check(const HttpRequest& request) const {
  for (const HeaderField& field : request.headers) {
    if (equals_ignoring_case(field.name, "host") && !is_known_host(field.value)) {
      return GuardVerdict::foreign_host;
    }
    if (!equals_ignoring_case(field.name, "origin")) continue;
    const std::string origin = ascii_lower(field.value);
    const std::size_t scheme_end = origin.find("://");
    const std::string scheme = origin.substr(0, std::min(scheme_end, origin.size()));
    if (scheme_end == std::string::npos || (scheme != "http" && scheme != "https") ||
        !is_known_host(std::string_view(origin).substr(scheme_end + 3))) {
      return GuardVerdict::foreign_origin;
    }
  }
  return GuardVerdict::allowed;
}

bool RequestGuard::is_known_host(std::string_view host) const {
  const std::string name = host_name_of(host);
  return is_loopback_ipv4(name) || std::ranges::find(hosts_, name) != hosts_.end();
}

}  // namespace anyclaude
