#include "config/config_digest.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace anyclaude {
namespace {

using nlohmann::json;

json price_of(const BackendConfig& backend) {
  if (!backend.price) return nullptr;
  return {backend.price->input_usd, backend.price->output_usd, backend.price->cached_input_usd};
}

json routing_of(const Config& config) {
  json rules = json::array();
  for (const RoutingRule& rule : config.routing)
    rules.push_back({rule.when.model, static_cast<int>(rule.when.tools),
                     rule.when.prompt_tokens_over.value_or(0), rule.when.prompt_tokens_under.value_or(0),
                     rule.when.side_request, rule.backend, rule.model});
  return rules;
}

// They decide which server is asked at all.
json origins_of(const BackendConfig& backend) {
  const BackendOrigins& from = backend.from;
  return {static_cast<int>(from.url), static_cast<int>(from.api_key), static_cast<int>(from.api)};
}

std::string_view said_of(const SideRequests& side_requests) {
  if (side_requests.backend) return *side_requests.backend;
  return word_of(side_requests.handling);
}

}  // namespace

std::string config_digest(const Config& config) {
  json backends = json::object();
  for (const auto& [name, backend] : config.backends) {
    const auto& [opus, sonnet, haiku] = backend.models;
    backends[name] = {backend.profile,
                      backend.url,
                      backend.api_key,
                      backend.api ? word_of(*backend.api) : "",
                      backend.model,
                      {opus, sonnet, haiku},
                      backend.max_tokens.value_or(0),
                      backend.tool_rescue == RescueMode::on,
                      backend.sampling == SamplingChoice::published,
                      backend.thinking == ThinkingChoice::as_asked,
                      backend.use == BackendUse::enabled,
                      price_of(backend),
                      backend.cost_cap_usd_per_day.value_or(-1),
                      backend.plain_http == PlainHttp::allowed,
                      origins_of(backend)};
  }
  const auto& [connect, first_byte, idle] = config.timeouts;
  const NetworkConfig& net = config.network;
  const json said = {
      {"backends", backends},
      {"routing", routing_of(config)},
      {"fallback", config.fallback},
      {"cache", {word_of(config.cache_mode), config.cache_ttl.count(), config.cache_bytes_max}},
      {"prompt",
       {word_of(config.prompt_level), config.prompt_rules_file.string(), said_of(config.side_requests)}},
      {"explain", word_of(config.explain_keep)},
      {"profiles_dir", config.profiles_directory.string()},
      {"timeouts_ms", {connect.count(), first_byte.count(), idle.count()}},
      {"network",
       {net.https_proxy, net.http_proxy, net.all_proxy, net.no_proxy, net.ssl_cert_file, net.ssl_cert_dir}},
      {"allowed_hosts", config.allowed_hosts},
      {"approval_missing", config.approval == Approval::missing}};
  return sha256_hex(said.dump(-1, ' ', false, json::error_handler_t::replace)).substr(0, 16);
}

}  // namespace anyclaude
