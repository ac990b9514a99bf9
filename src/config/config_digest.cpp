#include "config/config_digest.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace anyclaude {

std::string config_digest(const Config& config) {
  using nlohmann::json;
  json backends = json::object();
  for (const auto& [name, backend] : config.backends) {
    const auto& [opus, sonnet, haiku] = backend.models;
    backends[name] = {backend.profile,
                      backend.url,
                      backend.api_key,
                      backend.api,
                      backend.model,
                      {opus, sonnet, haiku},
                      backend.max_tokens.value_or(0),
                      backend.tool_rescue == RescueSetting::on,
                      backend.sampling_presets == SamplingPresets::on,
                      backend.thinking == Thinking::as_asked,
                      backend.use == BackendUse::enabled};
  }
  const auto& [connect, first_byte, idle] = config.timeouts;
  const NetworkConfig& net = config.network;
  const json said = {
      {"backends", backends},
      {"cache", {config.cache_mode, config.cache_ttl.count(), config.cache_bytes_max}},
      {"prompt", {config.prompt_level, config.prompt_rules_file.string(), config.side_requests}},
      {"explain", config.explain_keep},
      {"profiles_dir", config.profiles_directory.string()},
      {"timeouts_ms", {connect.count(), first_byte.count(), idle.count()}},
      {"network",
       {net.https_proxy, net.http_proxy, net.all_proxy, net.no_proxy, net.ssl_cert_file, net.ssl_cert_dir}},
      {"allowed_hosts", config.allowed_hosts}};
  return sha256_hex(said.dump(-1, ' ', false, json::error_handler_t::replace)).substr(0, 16);
}

}  // namespace anyclaude
