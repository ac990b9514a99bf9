#include "http/net/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace anyclaude {
namespace {

// How soon a cancel is noticed in this phase.
constexpr std::chrono::milliseconds kCancelCheck{5};

bool is_numeric(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  return ::inet_pton(AF_INET, host.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

std::vector<std::string> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* entry = found; entry; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0 &&
        std::ranges::find(addresses, text.data()) == addresses.end()) {
      addresses.emplace_back(text.data());
    }
  }
  return addresses;
}

struct LookUp {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  std::vector<std::string> addresses;
};

}  // namespace

std::vector<std::string> resolve_host(const std::string& host, Deadline deadline,
                                      const std::function<bool()>& is_cancelled) {
  if (is_numeric(host)) return {host};
  // Always the loopback (RFC 6761). Most model servers listen on IPv4 alone.
  if (host == "localhost") return {"127.0.0.1", "::1"};
  const auto shared = std::make_shared<LookUp>();
  try {
    std::thread([shared, host] {
      std::vector<std::string> addresses = look_up(host);
      const std::lock_guard lock(shared->mutex);
      shared->addresses = std::move(addresses);
      shared->is_done = true;
      shared->done.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return {};
  }
  std::unique_lock lock(shared->mutex);
  while (!shared->is_done && !deadline.passed() && !is_cancelled()) {
    shared->done.wait_for(lock, std::min(kCancelCheck, deadline.left()));
  }
  return std::move(shared->addresses);
}

}  // namespace anyclaude
