// The broker's configuration as typed values, from any source: flags, environment, files, defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/user_choices.h"
#include "config/backend_config.h"

namespace anyclaude {

// What `anyclaude` does beside running the broker.
enum class ServerLaunch { as_configured, never };
enum class ClientStart { yes, no };

// How servers elsewhere are reached. The texts are those of the environment variables of these names; the
// proxies' may hold passwords and are never logged.
struct NetworkConfig {
  std::string https_proxy;
  std::string http_proxy;
  std::string all_proxy;
  std::string no_proxy;
  std::string ssl_cert_file;
  std::string ssl_cert_dir;
};

struct TimeoutConfig {
  std::chrono::milliseconds connect = limits::kConnectTimeMax;
  std::chrono::milliseconds first_byte = limits::kFirstByteTimeMax;
  std::chrono::milliseconds idle = limits::kUpstreamIdleTimeMax;
};

// Where the settings come from that reach beyond a project: to other files of the user, to other machines.
struct ConfigOrigins {
  Origin store = Origin::defaults;
  Origin profiles_directory = Origin::defaults;
  Origin cache_metrics_file = Origin::defaults;
  Origin allowed_hosts = Origin::defaults;
  Origin listen_host = Origin::defaults;
};

enum class LogLevel { trace, debug, info, warn, error, off };
constexpr auto choices(LogLevel) {
  return std::array{Choice{"trace", LogLevel::trace}, Choice{"debug", LogLevel::debug},
                    Choice{"info", LogLevel::info},   Choice{"warn", LogLevel::warn},
                    Choice{"error", LogLevel::error}, Choice{"off", LogLevel::off}};
}
// What earlier versions called a debug level, 0 to 3; nothing for another number.
std::optional<LogLevel> log_level_of_debug(std::uint64_t number);

struct SideRequests {
  SideRequestHandling handling = SideRequestHandling::forward;
  std::optional<std::string> backend;  // the entry of `backends` that they are forwarded to
};

struct Config {
  std::filesystem::path file;  // the configuration file that was read; empty when there is none
  Origin file_origin = Origin::defaults;
  Approval approval = Approval::not_needed;
  std::string file_sha256;       // of the text that was read
  std::string approval_problem;  // why the record of approvals could not be read; else empty
  ConfigOrigins from;
  std::string listen_host = "127.0.0.1";
  int listen_port = 0;  // 0: the system chooses
  std::string mode;     // the entry of `backends` that answers; empty until one is configured
  std::map<std::string, BackendConfig, std::less<>> backends;
  TimeoutConfig timeouts;
  NetworkConfig network;
  std::vector<RoutingRule> routing;   // the first that fits a request decides; else `mode`
  std::vector<std::string> fallback;  // entries of `backends`, in the order in which they stand in

  std::filesystem::path profiles_directory;  // of backend profiles of the user's own; may not exist

  std::filesystem::path store_directory;
  CacheMode cache_mode = CacheMode::on;
  std::chrono::seconds cache_ttl = limits::kStoreTtlDefault;
  std::uint64_t cache_bytes_max = limits::kStoreBytesMaxDefault;

  OrderingLevel prompt_level = OrderingLevel::standard;
  std::filesystem::path prompt_rules_file;  // empty: the volatile rules this program was built with
  SideRequests side_requests;
  TraceDetail explain_keep = TraceDetail::excerpts;  // of recent prompts, for `anyclaude-cachectl explain`
  LogLevel log_level = LogLevel::info;
  std::vector<std::string> allowed_hosts;

  ServerLaunch server_launch = ServerLaunch::as_configured;
  ClientStart client_start = ClientStart::yes;
  // Where `anyclaude` keeps the figures of the last run; empty: it updates a file that is there already.
  std::filesystem::path cache_metrics_file;

  // Whether the user stands behind a value of this origin.
  bool is_users(Origin origin) const {
    return origin != Origin::project_file || approval != Approval::missing;
  }

  // The settings of the backend that `mode` names.
  BackendConfig& active_backend() { return backends[mode]; }

  // What names the profile of an entry: what it says itself, else its own name.
  std::string profile_of(std::string_view entry) const {
    const auto found = backends.find(entry);
    return found == backends.end() || found->second.profile.empty() ? std::string(entry)
                                                                    : found->second.profile;
  }
};

// Lays the text of a configuration file over `config`; its values come from `config.file_origin`. `name` is
// for messages. Errors are invalid_request, source config: bad JSON with its line, an unknown key with the
// nearest known one, a value of the wrong type or out of range. `model` may be a path, or "current-model"
// (whatever the server has loaded).
Status apply_config_text(Config& config, std::string_view text, std::string_view name);

// Reads and applies one file. A file that others can write is refused: it decides where source code is sent.
Status apply_config_file(Config& config, const std::filesystem::path& file);
// The first half of it: the text.
Result<std::string> read_config_file(const std::filesystem::path& file);

// The file that counts when none is named: .anyclauderc.json in the working directory, else in the home
// directory; empty when there is neither.
std::filesystem::path find_config_file(const std::filesystem::path& working_directory,
                                       const std::filesystem::path& home_directory);

// Names to values, so that tests need no real environment.
using EnvironmentVariables = std::map<std::string, std::string, std::less<>>;
EnvironmentVariables process_environment();
// Empty when it is not set.
std::string variable(const EnvironmentVariables& variables, std::string_view name);
// Whether a switch is on: PROXY_ONLY=1, =true, =yes.
bool is_on(const EnvironmentVariables& variables, std::string_view name);

// "HOST:PORT", "[::1]:PORT" or ":PORT", which leaves the host as it is. `origin` is the text's.
Status apply_listen_address(Config& config, std::string_view text, Origin origin = Origin::flag);

// "90", "90s", "5m", "2h", "7d".
Result<std::chrono::seconds> parse_duration(std::string_view text);
// "1048576", "512MiB", "2GiB".
Result<std::uint64_t> parse_byte_size(std::string_view text);

}  // namespace anyclaude
