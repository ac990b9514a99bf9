#include "http/client/proxy_settings.h"

#include <openssl/evp.h>

namespace anyclaude {
namespace {

std::string base64(std::string_view bytes) {
  // EVP_EncodeBlock ends its text with a zero.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

tl::unexpected<Error> refuse(std::string_view variable) {
  return fail(ErrorKind::invalid_request, ErrorSource::config,
              std::string(variable) +
                  " does not name an HTTP proxy; write it like http://proxy.example:3128, with "
                  "user:password@ in front of the name if it asks for one, or unset it");
}

// "http://user:password@host:port", of which only the host is needed.
Result<Proxy> parse_proxy(std::string_view variable, std::string_view text) {
  std::string_view scheme = "http://";
  if (const std::size_t end = text.find("://"); end != std::string_view::npos) {
    scheme = text.substr(0, end + 3);
    text.remove_prefix(end + 3);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  Proxy proxy;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    proxy.authorization = "Basic " + base64(percent_decoded(text.substr(0, at)));
    text.remove_prefix(at + 1);
  }
  auto url = parse_url(std::string(scheme) + std::string(text));
  if (!url || url->scheme != UrlScheme::http) return refuse(variable);
  proxy.host = std::move(url->host);
  proxy.port = url->port;
  return proxy;
}

}  // namespace

std::string Proxy::origin() const {
  return Url{UrlScheme::http, host, port, {}}.origin();
}

Result<std::optional<Proxy>> ProxySettings::proxy_for(const Url& server) const {
  if (bypass_.covers(server)) return std::nullopt;
  const bool is_https = server.scheme == UrlScheme::https;
  const std::string& own = is_https ? variables_.https_proxy : variables_.http_proxy;
  const std::string& value = own.empty() ? variables_.all_proxy : own;
  if (value.empty()) return std::nullopt;
  auto proxy = parse_proxy(own.empty() ? "ALL_PROXY" : is_https ? "HTTPS_PROXY" : "HTTP_PROXY", value);
  if (!proxy) return tl::unexpected(proxy.error());
  return std::optional(std::move(*proxy));
}

}  // namespace anyclaude
