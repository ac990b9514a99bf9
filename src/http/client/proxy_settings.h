// The HTTP proxies that the environment names, and which of them a server is reached through.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/client/proxy_bypass.h"
#include "http/wire/url.h"

namespace anyclaude {

// The values of the variables, as they stand in the environment; empty for one that is not set. They may hold
// passwords: never logged.
struct ProxyVariables {
  std::string https_proxy{};
  std::string http_proxy{};
  std::string all_proxy{};
  std::string no_proxy{};
};

struct Proxy {
  std::string host;
  int port = 80;
  std::string authorization;  // the value of Proxy-Authorization, empty for none; never logged

  std::string origin() const;  // "http://host:port", fit for messages
};

// Immutable, so thread-safe. Made of nothing, it leads everywhere directly.
class ProxySettings {
 public:
  ProxySettings() = default;
  explicit ProxySettings(ProxyVariables variables)
      : variables_(std::move(variables)), bypass_(variables_.no_proxy) {}

  // The proxy for `server`; none when it is reached directly, as a loopback address always is. Errors are
  // invalid_request, source config: the variable's value is no address of an HTTP proxy. The message names
  // the variable, not its value.
  Result<std::optional<Proxy>> proxy_for(const Url& server) const;

 private:
  ProxyVariables variables_;
  ProxyBypass bypass_{std::string_view()};
};

}  // namespace anyclaude
