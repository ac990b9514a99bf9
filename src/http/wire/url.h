#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude {

enum class UrlScheme { http, https };

// The address of a server: scheme, host, port and a path prefix without trailing slash. No user name or
// password: such a URL is refused, because URLs reach logs.
struct Url {
  UrlScheme scheme = UrlScheme::http;
  std::string host;  // without brackets for IPv6
  int port = 80;
  std::string path;  // "" or "/api"

  std::string origin() const;       // "http://host:port", the port always there
  std::string text() const;         // origin and path
  std::string host_header() const;  // host, and the port unless it is the scheme's own

  bool operator==(const Url&) const = default;
};

// Errors are Error{invalid_request, config} with a sentence that says what is wrong with the URL.
Result<Url> parse_url(std::string_view text);

// The same server without a trailing "/v1": users write base URLs both ways.
Url without_v1(Url url);

}  // namespace anyclaude
