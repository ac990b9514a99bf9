#include "http/server/request_guard.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/wire/header_syntax.h"

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

// "::1" and the like, without brackets: what stands behind its last colon is no port.
bool is_bare_ipv6(std::string_view text) {
  return !text.starts_with('[') && std::ranges::count(text, ':') > 1;
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

// What stands behind the host and its colon: 1 to 65535; 0 where there is no port; nothing for anything else.
std::optional<int> port_of(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = authority.find(':', bracket);
  if (colon == std::string_view::npos) return 0;
  const std::string_view text = authority.substr(colon + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
    return std::nullopt;
  return port;
}

bool is_any_address(std::string_view host) {
  return host == "0.0.0.0" || host == "::";
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || is_loopback_ipv4(host);
}

// A page that is not of this site, as its browser says; "none" is an address typed into the address bar.
bool is_foreign_site(std::string_view site) {
  return !equals_ignoring_case(site, "same-origin") && !equals_ignoring_case(site, "none");
}

}  // namespace

RequestGuard::RequestGuard(std::string listen_host, std::vector<std::string> extra_hosts)
    : listen_host_(host_name_of(listen_host)) {
  hosts_ = {"localhost", "::1", listen_host_};
  for (const std::string& text : extra_hosts) {
    const std::string host = host_name_of(text);
    if (host.empty()) continue;
    hosts_.push_back(host);
    extra_.push_back({host, is_bare_ipv6(text) ? 0 : port_of(text).value_or(0)});
  }
  std::erase(hosts_, "");
}

GuardVerdict RequestGuard::check(const HttpRequest& request) const {
  for (const HeaderField& field : request.headers) {
    if (equals_ignoring_case(field.name, "host") && !is_known_host(field.value))
      return GuardVerdict::foreign_host;
    if (equals_ignoring_case(field.name, "origin") && !is_known_origin(field.value))
      return GuardVerdict::foreign_origin;
    if (equals_ignoring_case(field.name, "sec-fetch-site") && is_foreign_site(field.value))
      return GuardVerdict::foreign_site;
  }
  return GuardVerdict::allowed;
}

bool RequestGuard::is_known_host(std::string_view host) const {
  const std::string name = host_name_of(host);
  return is_loopback_ipv4(name) || std::ranges::find(hosts_, name) != hosts_.end();
}

// "http://host" or "http://host:port", of this server or of a host that the configuration names.
bool RequestGuard::is_known_origin(std::string_view text) const {
  const std::string origin = ascii_lower(text);
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string::npos) return false;
  const std::string_view scheme = std::string_view(origin).substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return false;
  const std::string_view authority = std::string_view(origin).substr(scheme_end + 3);
  const auto named_port = port_of(authority);
  if (!named_port) return false;
  const int usual_port = scheme == "https" ? 443 : 80;
  const Authority page{host_name_of(authority), *named_port == 0 ? usual_port : *named_port};
  if (scheme == "http" && is_own_page(page)) return true;
  return std::ranges::any_of(extra_, [&](const Authority& known) {
    return known.host == page.host && (known.port == 0 || known.port == page.port);
  });
}

// Another loopback address with the same port may be another server's: only the one listened on counts, and
// "localhost" where it means that one.
bool RequestGuard::is_own_page(const Authority& page) const {
  if (port_ == 0 || page.port != port_) return false;
  if (page.host == listen_host_) return true;
  if (is_any_address(listen_host_) || listen_host_ == "localhost") return is_loopback(page.host);
  return page.host == "localhost" && is_loopback(listen_host_);
}

}  // namespace anyclaude
