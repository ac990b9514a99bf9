#include "http/client/proxy_bypass.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/loopback.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {
namespace {

constexpr std::string_view kSeparators = ", \t";

// An address as bytes: 4 or 16 of them.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;
};

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
    return address;
  }
  return std::nullopt;
}

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

bool same_first_bits(const Address& left, const Address& right, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    const unsigned differs = static_cast<unsigned>(left.bytes[i / 8] ^ right.bytes[i / 8]);
    if ((differs >> (7 - i % 8) & 1u) != 0) return false;
  }
  return true;
}

bool is_in_network(const Address& address, std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto bits = parse_number(network.substr(slash + 1));
  const auto base = parse_address(std::string(network.substr(0, slash)));
  return bits && base && base->size == address.size && static_cast<std::size_t>(*bits) <= address.size * 8 &&
         same_first_bits(address, *base, static_cast<std::size_t>(*bits));
}

bool is_or_is_below(std::string_view host, std::string_view name) {
  if (!host.ends_with(name)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

bool is_loopback(std::string_view host) {
  return is_or_is_below(host, "localhost") || is_loopback_host(host);
}

bool names(std::string_view entry, std::string_view host, const std::optional<Address>& address) {
  if (entry == "*") return true;
  if (!address) return is_or_is_below(host, entry);
  return entry.find('/') == std::string_view::npos ? entry == host : is_in_network(*address, entry);
}

}  // namespace

ProxyBypass::ProxyBypass(std::string_view no_proxy) {
  while (!no_proxy.empty()) {
    const std::size_t end = std::min(no_proxy.find_first_of(kSeparators), no_proxy.size());
    if (Entry entry = read_entry(no_proxy.substr(0, end)); !entry.host.empty())
      entries_.push_back(std::move(entry));
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
}

ProxyBypass::Entry ProxyBypass::read_entry(std::string_view text) {
  Entry entry;
  const bool is_bracketed = text.starts_with('[');
  const std::size_t close = is_bracketed ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.rfind(':');
  // The colons of a bare IPv6 address begin no port.
  const bool may_have_port =
      is_bracketed ? close != std::string_view::npos && colon > close : colon == text.find(':');
  if (colon != std::string_view::npos && may_have_port) {
    if (const auto port = parse_number(text.substr(colon + 1))) {
      entry.port = *port;
      text = text.substr(0, colon);
    }
  }
  if (is_bracketed && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.starts_with("*.")) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  entry.host = ascii_lower(text);
  return entry;
}

bool ProxyBypass::covers(const Url& server) const {
  const auto address = parse_address(server.host);
  return is_loopback(server.host) || std::ranges::any_of(entries_, [&](const Entry& entry) {
           return (entry.port == 0 || entry.port == server.port) && names(entry.host, server.host, address);
         });
}

}  // namespace anyclaude
