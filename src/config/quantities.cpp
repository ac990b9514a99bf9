// Durations, sizes and addresses as people write them.
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "config/config.h"

namespace anyclaude {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

// The number in front of one of `units`; nullopt-like error when there is none, or when it overflows.
template <std::size_t N>
Result<std::uint64_t> scaled(std::string_view text, const std::array<Unit, N>& units,
                             std::string_view example) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view suffix(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (error == std::errc()) {
    for (const Unit& unit : units)
      if (suffix == unit.suffix && number <= std::numeric_limits<std::int64_t>::max() / unit.factor)
        return number * unit.factor;
  }
  return fail(ErrorKind::invalid_request, ErrorSource::config,
              "'" + std::string(text) + "' is not understood; write it like " + std::string(example));
}

constexpr std::array<Unit, 5> kTimeUnits{{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
constexpr std::array<Unit, 8> kSizeUnits{{{"", 1},
                                          {"B", 1},
                                          {"KiB", 1ull << 10},
                                          {"MiB", 1ull << 20},
                                          {"GiB", 1ull << 30},
                                          {"KB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000}}};

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  return scaled(text, kTimeUnits, "90s, 5m, 2h or 7d").map([](std::uint64_t value) {
    return std::chrono::seconds(value);
  });
}

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  return scaled(text, kSizeUnits, "1048576, 512MiB or 2GiB");
}

Status apply_listen_address(Config& config, std::string_view text, Origin origin) {
  const auto wrong = [&] {
    return fail(ErrorKind::invalid_request, ErrorSource::config,
                "'" + std::string(text) +
                    "' is not an address to listen on; write HOST:PORT, for instance 127.0.0.1:0");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find(':') != std::string_view::npos) return wrong();
  int port = -1;
  const auto [rest, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || rest != port_text.data() + port_text.size() || port < 0 || port > 65535)
    return wrong();
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!host.empty()) {
    config.listen_host = std::string(host);
    config.from.listen_host = origin;
  }
  config.listen_port = port;
  return {};
}

}  // namespace anyclaude
