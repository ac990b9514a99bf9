#include "http/net/own_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "http/net/resolver.h"

namespace anyclaude {
namespace {

// An IPv6 address, or an IPv4 address mapped into one.
using Address = std::array<unsigned char, 16>;

Address mapped(const in_addr& v4) {
  Address address{};
  address[10] = address[11] = 0xff;
  std::memcpy(address.data() + 12, &v4, 4);
  return address;
}

Address from(const in6_addr& v6) {
  Address address{};
  std::memcpy(address.data(), &v6, address.size());
  return address;
}

std::optional<Address> parse_address(std::string text) {
  text.resize(std::min(text.find('%'), text.size()));  // the zone of a link-local address
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return mapped(v4);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) return from(v6);
  return std::nullopt;
}

bool is_ipv4(const Address& address) {
  static constexpr std::array<unsigned char, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kPrefix.begin(), kPrefix.end(), address.begin());
}

// 0.0.0.0 and ::, which mean every address to a listener and this machine to a connection.
bool is_any(const Address& address) {
  return std::all_of(address.begin() + (is_ipv4(address) ? 12 : 0), address.end(),
                     [](unsigned char byte) { return byte == 0; });
}

bool is_loopback(const Address& address) {
  if (is_ipv4(address)) return address[12] == 127;
  return from(in6addr_loopback) == address;
}

// Where a connection to 0.0.0.0 or :: goes.
Address reached_by(const Address& address) {
  if (!is_any(address)) return address;
  if (!is_ipv4(address)) return from(in6addr_loopback);
  in_addr loopback{};
  loopback.s_addr = htonl(INADDR_LOOPBACK);
  return mapped(loopback);
}

std::vector<Address> interface_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    if (entry->ifa_addr->sa_family == AF_INET)
      addresses.push_back(mapped(reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr));
    if (entry->ifa_addr->sa_family == AF_INET6)
      addresses.push_back(from(reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr));
  }
  return addresses;
}

std::vector<Address> addresses_of(const std::string& host, Deadline deadline) {
  std::vector<Address> addresses;
  for (const std::string& text : resolve_host(host, deadline, [] { return false; }))
    if (const auto address = parse_address(text)) addresses.push_back(*address);
  return addresses;
}

bool is_listened_on(const Address& address, const std::vector<Address>& listened) {
  if (std::ranges::find(listened, address) != listened.end()) return true;
  const auto covers = [&](const Address& any) { return is_any(any) && (is_ipv4(address) || !is_ipv4(any)); };
  if (std::ranges::none_of(listened, covers)) return false;
  if (is_loopback(address)) return true;
  const std::vector<Address> own = interface_addresses();
  return std::ranges::find(own, address) != own.end();
}

}  // namespace

bool leads_to_own_address(const Url& target, const std::string& listen_host, int port, Deadline deadline) {
  if (target.port != port) return false;
  const std::vector<Address> listened = addresses_of(listen_host, deadline);
  return std::ranges::any_of(addresses_of(target.host, deadline), [&](const Address& address) {
    return is_listened_on(reached_by(address), listened);
  });
}

}  // namespace anyclaude
