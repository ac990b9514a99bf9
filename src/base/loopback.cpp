#include "base/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace anyclaude {
namespace {

constexpr unsigned char kLoopbackNetwork = 127;

// Some systems also take numbers with leading zeros, which others read as octal: only the canonical text
// counts.
bool is_loopback_ipv4(const std::string& host) {
  unsigned char bytes[sizeof(in_addr)];
  char canonical[INET_ADDRSTRLEN];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 && bytes[0] == kLoopbackNetwork &&
         ::inet_ntop(AF_INET, bytes, canonical, sizeof canonical) != nullptr && host == canonical;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  // A zero byte would end the text for inet_pton() and not for others.
  if (host.find('\0') != std::string_view::npos) return false;
  const std::string text(host);
  if (is_loopback_ipv4(text)) return true;
  in6_addr ipv6{};
  if (::inet_pton(AF_INET6, text.c_str(), &ipv6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&ipv6) || (IN6_IS_ADDR_V4MAPPED(&ipv6) && ipv6.s6_addr[12] == kLoopbackNetwork);
}

}  // namespace anyclaude
