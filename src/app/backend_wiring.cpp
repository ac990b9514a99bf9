#include "app/backend_wiring.h"

#include <algorithm>
#include <utility>

#include "backend/backend_profile.h"

namespace anyclaude {
namespace {

// Every entry under its own name; a known kind of server also answers to its aliases, through the entry of
// its name or the first of its kind, if there is one.
std::vector<BackendName> backend_names(const Config& config) {
  std::vector<BackendName> names;
  for (const auto& [name, said] : config.backends) names.push_back({name});
  for (const BackendProfile& profile : backend_profiles()) {
    const auto is_of_kind = [&](const BackendName& entry) {
      return config.backends.contains(entry.name) && config.profile_of(entry.name) == profile.name;
    };
    auto entry = std::ranges::find(names, profile.name, &BackendName::name);
    if (entry == names.end()) entry = std::ranges::find_if(names, is_of_kind);
    if (entry == names.end()) entry = names.insert(names.end(), {profile.name});
    std::vector<std::string> spellings = profile.aliases;
    spellings.push_back(profile.name);
    for (const std::string& spelling : spellings)
      if (spelling != entry->name && !config.backends.contains(spelling)) entry->aliases.push_back(spelling);
  }
  return names;
}

UpstreamRoute route_from(const NetworkConfig& network) {
  return {ProxySettings({network.https_proxy, network.http_proxy, network.all_proxy, network.no_proxy}),
          {network.ssl_cert_file, network.ssl_cert_dir}};
}

Result<BackendSettings> settings_of(const std::string& name, const BackendProfile& profile,
                                    const BackendConfig& said) {
  const std::string& url_text = said.url.empty() ? profile.default_base_url : said.url;
  if (url_text.empty())
    return fail(ErrorKind::invalid_request, ErrorSource::config,
                "mode " + name + " needs the server's address: --backend-url URL, or backends." + name +
                    ".baseUrl in the configuration");
  auto url = parse_url(url_text);
  if (!url) return tl::unexpected(url.error());
  return BackendSettings{profile, without_v1(*url), said.model, said.api_key};
}

Result<std::shared_ptr<Backend>> make_backend(const Config& config, const Clock& clock,
                                              const std::string& name) {
  const BackendProfile* profile = find_profile(config.profile_of(name));
  if (profile == nullptr)
    return fail(
        ErrorKind::invalid_request, ErrorSource::config,
        "backend '" + name + "' is of no known kind; the nearest is '" + nearest_profile_name(name) + "'");
  const auto found = config.backends.find(name);
  const BackendConfig said = found == config.backends.end() ? BackendConfig{} : found->second;
  auto settings = settings_of(name, *profile, said);
  if (!settings) return tl::unexpected(settings.error());
  settings->timeouts = {config.timeouts.connect, config.timeouts.first_byte, config.timeouts.idle};
  settings->route = route_from(config.network);
  auto backend = Backend::create(std::move(*settings), clock);
  if (!backend) return tl::unexpected(backend.error());
  return std::shared_ptr<Backend>(std::move(*backend));
}

}  // namespace

Result<std::unique_ptr<BackendSet>> make_backends(const Config& config, const Clock& clock) {
  auto backends = std::make_unique<BackendSet>(
      backend_names(config),
      [config, &clock](const std::string& name) { return make_backend(config, clock, name); });
  if (auto status = backends->switch_to(config.mode); !status) return tl::unexpected(status.error());
  return backends;
}

}  // namespace anyclaude
