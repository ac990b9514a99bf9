// The two files that a running broker keeps in its store's directory, for the programs beside it: who it is,
// and the token without which it changes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude {

inline constexpr std::string_view kRunningBrokerFile = "broker.json";
inline constexpr std::string_view kAdminTokenFile = "admin_token";

// A broker that serves, as broker.json tells of it. A reader asks the broker before it believes the file: a
// broker that was killed leaves the file behind.
struct RunningBroker {
  std::string url;  // http://HOST:PORT
  std::int64_t pid = 0;
  std::string version;
  std::string mode;           // the entry of `backends` whose turn it is
  std::string config_digest;  // of the configuration it was started with
  std::string started_at;     // 2026-01-31T12:00:00Z
};

// Puts the file in place at once and whole, readable by this user alone. Errors have source broker.
Status write_running_broker(const std::filesystem::path& store_directory, const RunningBroker& broker);
// Nothing when there is none, or when it is not one.
std::optional<RunningBroker> read_running_broker(const std::filesystem::path& store_directory);
// Only when it tells of the process `pid`: another broker may have taken the place.
void remove_running_broker(const std::filesystem::path& store_directory, std::int64_t pid);

// The token; made at random when there is none. A file that others can read is refused: permission, source
// config, with what to do.
Result<std::string> load_or_create_admin_token(const std::filesystem::path& store_directory);
// not_found where no broker has made one.
Result<std::string> read_admin_token(const std::filesystem::path& store_directory);

}  // namespace anyclaude
