#include "servers/server_settings.h"

#include <utility>

#include "config/printable.h"
#include "config/read_config.h"
#include "servers/credential_policy.h"

namespace anyclaude {
namespace {

BackendConfig entry_of(const Config& config, const std::string& name) {
  const auto found = config.backends.find(name);
  return found == config.backends.end() ? BackendConfig{} : found->second;
}

BackendChoices choices_of(const BackendConfig& said) {
  return {said.url,
          said.model,
          said.api_key,
          said.api,
          said.sampling,
          said.thinking,
          {said.models.opus, said.models.sonnet, said.models.haiku}};
}

UpstreamRoute route_from(const NetworkConfig& network) {
  return {ProxySettings({network.https_proxy, network.http_proxy, network.all_proxy, network.no_proxy}),
          {network.ssl_cert_file, network.ssl_cert_dir}};
}

std::string what_is_sent(const BackendSettings& settings) {
  return settings.profile.lane() == Lane::verbatim ? "your Anthropic login or key"
                                                   : "your key for " + settings.profile.name;
}

tl::unexpected<Error> needs_approval(const Config& config, const std::string& name,
                                     const BackendSettings& settings) {
  return approval_missing(config, "has " + what_is_sent(settings) + " sent to " + settings.base_url.text() +
                                      " (backends." + printable_quoted(name) + ")");
}

tl::unexpected<Error> refuses_plain_http(const Config& config, const std::string& name,
                                         const BackendConfig& entry, const BackendSettings& settings) {
  const std::string place = "backends." + printable_quoted(name);
  if (entry.plain_http == PlainHttp::allowed)
    return approval_missing(config, "has " + what_is_sent(settings) + " cross the network in plain text to " +
                                        settings.base_url.text() + " (" + place + ")");
  return fail(ErrorKind::invalid_request, ErrorSource::config,
              what_is_sent(settings) + " would cross the network in plain text to " +
                  settings.base_url.text() + ". Use https, or set \"allow_plain_http\": \"on\" in " + place);
}

// Takes the key away where it must not go.
Status apply_policy(const Config& config, const std::string& name, const BackendConfig& entry,
                    BackendSettings& settings) {
  switch (may_receive_credentials(config, {entry, settings.profile, settings.base_url})) {
    case CredentialVerdict::approval_missing:
      return needs_approval(config, name, settings);
    case CredentialVerdict::plain_http_refused:
      return refuses_plain_http(config, name, entry, settings);
    case CredentialVerdict::key_withheld:
      settings.api_key.clear();
      break;
    case CredentialVerdict::may_go:
      break;
  }
  return {};
}

}  // namespace

Result<BackendSettings> server_settings_unchecked(const Config& config, const BackendProfiles& profiles,
                                                  const std::string& name) {
  auto profile = profiles.get(config.profile_of(name));
  if (!profile) return tl::unexpected(profile.error());
  const BackendConfig entry = entry_of(config, name);
  auto settings = make_backend_settings(std::move(*profile), choices_of(entry));
  if (!settings) return settings;
  settings->timeouts = {config.timeouts.connect, config.timeouts.first_byte, config.timeouts.idle};
  settings->route = route_from(config.network);
  settings->rescue = entry.tool_rescue;
  return settings;
}

Result<BackendSettings> server_settings(const Config& config, const BackendProfiles& profiles,
                                        const std::string& name) {
  auto settings = server_settings_unchecked(config, profiles, name);
  if (!settings) return settings;
  if (auto status = apply_policy(config, name, entry_of(config, name), *settings); !status)
    return tl::unexpected(status.error());
  return settings;
}

}  // namespace anyclaude
