#include "http/wire/url.h"

#include <algorithm>
#include <charconv>

#include "http/wire/header_syntax.h"

namespace anyclaude {
namespace {

constexpr int default_port(UrlScheme scheme) {
  return scheme == UrlScheme::https ? 443 : 80;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

tl::unexpected<Error> refuse(std::string why) {
  // The text itself stays out of the message: it may hold a password.
  return fail(ErrorKind::invalid_request, ErrorSource::config, "The URL " + std::move(why) + ".");
}

bool is_host_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool is_ipv6_text(std::string_view host) {
  return host.find(':') != std::string_view::npos && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
         });
}

bool take_scheme(std::string_view& text, UrlScheme& scheme) {
  for (const auto& [prefix, value] : {std::pair{std::string_view("http://"), UrlScheme::http},
                                      std::pair{std::string_view("https://"), UrlScheme::https}}) {
    if (equals_ignoring_case(text.substr(0, prefix.size()), prefix)) {
      text.remove_prefix(prefix.size());
      scheme = value;
      return true;
    }
  }
  return false;
}

// Reads "host", "host:port" or "[v6]:port" into `url`.
Status read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refuse("has a '[' without its ']'");
    url.host = ascii_lower(authority.substr(1, close - 1));
    std::string_view rest = authority.substr(close + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) return refuse("has something between ']' and the port");
    if (has_port) port = rest.substr(1);
    if (!is_ipv6_text(url.host)) return refuse("has no IPv6 address between its brackets");
  } else {
    const std::size_t colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    url.host = ascii_lower(authority.substr(0, colon));
    if (has_port) port = authority.substr(colon + 1);
    if (!is_host_name(url.host)) return refuse("has no valid host name");
  }
  if (!has_port) return {};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc() || end != port.data() + port.size() || url.port < 1 || url.port > 65535) {
    return refuse("has a port that is not a number from 1 to 65535");
  }
  return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (!take_scheme(text, url.scheme)) return refuse("does not start with http:// or https://");
  url.port = default_port(url.scheme);
  const std::size_t authority_end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return refuse("holds a user name or password; give a key through its own setting instead");
  }
  if (const Status read = read_authority(authority, url); !read) return tl::unexpected(read.error());
  std::string_view path = text.substr(authority_end);
  if (path.find_first_of("?#") != std::string_view::npos)
    return refuse("has a '?' or '#'; a server address has none");
  if (!std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7f; })) {
    return refuse("has a space, a control character or a letter that is not ASCII in its path");
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  url.path = path;
  return url;
}

std::string Url::origin() const {
  return (scheme == UrlScheme::https ? "https://" : "http://") + bracketed(host) + ":" + std::to_string(port);
}

std::string Url::text() const {
  return origin() + path;
}

std::string Url::host_header() const {
  return port == default_port(scheme) ? bracketed(host) : bracketed(host) + ":" + std::to_string(port);
}

Url without_v1(Url url) {
  if (url.path.ends_with("/v1")) url.path.resize(url.path.size() - 3);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

}  // namespace anyclaude
