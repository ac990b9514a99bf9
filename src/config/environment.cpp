// The environment names that earlier versions of the product used, and this one's own.
#include <array>
#include <charconv>

#include "config/json_setters.h"
#include "config/read_config.h"

extern char** environ;

namespace anyclaude {
namespace {

struct BackendVariables {
  std::string_view profile;
  std::string_view prefix;    // of _URL, _API_KEY and _MODEL
  std::string_view url = {};  // where it is spelled in another way
};

constexpr std::array<BackendVariables, 12> kBackendVariables{{
    {"mlx-lm", "MLX_LM"},
    {"lmstudio", "LMSTUDIO"},
    {"vllm-mlx-legacy", "VLLM_MLX"},
    {"mlx-textgen", "MLX"},
    {"mlx-textgen", "MLX_TEXTGEN"},
    {"mlx-omni", "MLX_OMNI"},
    {"llama-cpp", "LLAMA_CPP"},
    {"vllm", "VLLM"},
    {"sglang", "SGLANG"},
    {"ollama", "OLLAMA"},
    {"openai", "LOCAL"},
    {"openrouter", "OPENROUTER", "OPENROUTER_BASE_URL"},
}};

void put(const std::string& value, std::string& target, Origin& from) {
  if (value.empty()) return;
  target = value;
  from = Origin::environment;
}

void apply_backend_variables(Config& config, const EnvironmentVariables& variables,
                             const ProfileNames& profiles) {
  for (const BackendVariables& names : kBackendVariables) {
    const std::string prefix(names.prefix);
    const std::string url = variable(variables, names.url.empty() ? prefix + "_URL" : std::string(names.url));
    const std::string api_key = variable(variables, prefix + "_API_KEY");
    const std::string model = variable(variables, prefix + "_MODEL");
    if (url.empty() && api_key.empty() && model.empty()) continue;
    // Files of the versions that had MLX_MODEL call the entry "mlx".
    const std::string entry = prefix == "MLX" && config.backends.contains("mlx")
                                  ? "mlx"
                                  : entry_for(config, names.profile, profiles);
    BackendConfig& backend = config.backends[entry];
    put(url, backend.url, backend.from.url);
    put(api_key, backend.api_key, backend.from.api_key);
    if (!model.empty()) set_model(backend, model);
  }
  if (const std::string url = variable(variables, "ANTHROPIC_API_URL"); !url.empty()) {
    BackendConfig& backend = config.backends[entry_for(config, "claude", profiles)];
    put(url, backend.url, backend.from.url);
  }
}

Status apply_debug(Config& config, const std::string& text) {
  if (text.empty()) return {};
  if (text.size() != 1 || text[0] < '0' || text[0] > '3')
    return config_error("ANYCLAUDE_DEBUG must be 0, 1, 2 or 3");
  config.log_level = *log_level_of_debug(static_cast<std::uint64_t>(text[0] - '0'));
  return {};
}

Status apply_request_timeout(Config& config, const std::string& text) {
  if (text.empty()) return {};
  std::int64_t milliseconds = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc() || rest != text.data() + text.size() || milliseconds < 1'000 ||
      milliseconds > 24 * 3600 * 1000)
    return config_error("ANYCLAUDE_REQUEST_TIMEOUT must be milliseconds, 1000 to 86400000");
  config.timeouts.first_byte = std::chrono::milliseconds(milliseconds);
  config.timeouts.idle = config.timeouts.first_byte;
  return {};
}

// The lower-case spelling comes first, as in curl.
std::string either(const EnvironmentVariables& variables, std::string_view lower, std::string_view upper) {
  std::string value = variable(variables, lower);
  return value.empty() ? variable(variables, upper) : value;
}

void apply_network(NetworkConfig& network, const EnvironmentVariables& variables) {
  // To a CGI program HTTP_PROXY is what a client says in a `Proxy:` field.
  const bool is_cgi = variables.contains("REQUEST_METHOD");
  network = {either(variables, "https_proxy", "HTTPS_PROXY"),
             either(variables, "http_proxy", is_cgi ? "" : "HTTP_PROXY"),
             either(variables, "all_proxy", "ALL_PROXY"),
             either(variables, "no_proxy", "NO_PROXY"),
             variable(variables, "SSL_CERT_FILE"),
             variable(variables, "SSL_CERT_DIR")};
}

}  // namespace

std::string variable(const EnvironmentVariables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

bool is_on(const EnvironmentVariables& variables, std::string_view name) {
  const std::string value = variable(variables, name);
  return !value.empty() && value != "0" && value != "false" && value != "no";
}

Status apply_environment(Config& config, const EnvironmentVariables& variables,
                         const ProfileNames& profiles) {
  if (const std::string mode = variable(variables, "ANYCLAUDE_MODE"); !mode.empty()) config.mode = mode;
  apply_backend_variables(config, variables, profiles);
  if (const std::string port = variable(variables, "ANYCLAUDE_PORT"); !port.empty())
    if (auto status = apply_listen_address(config, ":" + port, Origin::environment); !status)
      return config_error("ANYCLAUDE_PORT must be a port, 0 to 65535");
  if (auto status = apply_debug(config, variable(variables, "ANYCLAUDE_DEBUG")); !status) return status;
  if (auto status = apply_request_timeout(config, variable(variables, "ANYCLAUDE_REQUEST_TIMEOUT")); !status)
    return status;
  apply_network(config.network, variables);
  if (const std::string store = variable(variables, "ANYCLAUDE_STORE"); !store.empty()) {
    config.store_directory = store;
    config.from.store = Origin::environment;
  }
  if (is_on(variables, "ANYCLAUDE_NO_AUTO_LAUNCH")) config.server_launch = ServerLaunch::never;
  if (is_on(variables, "PROXY_ONLY")) config.client_start = ClientStart::no;
  return {};
}

EnvironmentVariables process_environment() {
  EnvironmentVariables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  return variables;
}

}  // namespace anyclaude
