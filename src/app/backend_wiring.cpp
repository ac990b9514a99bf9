#include "app/backend_wiring.h"

#include <utility>

#include "backend/backend_profile.h"

namespace anyclaude {
namespace {

// What was said of a kind of server, under its name or one of its aliases.
BackendConfig config_of(const Config& config, const BackendProfile& profile) {
  if (const auto found = config.backends.find(profile.name); found != config.backends.end())
    return found->second;
  for (const std::string& alias : profile.aliases)
    if (const auto found = config.backends.find(alias); found != config.backends.end()) return found->second;
  return {};
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
  const BackendProfile* profile = find_profile(name);
  if (profile == nullptr)
    return fail(
        ErrorKind::invalid_request, ErrorSource::config,
        "backend '" + name + "' is of no known kind; the nearest is '" + nearest_profile_name(name) + "'");
  auto settings = settings_of(name, *profile, config_of(config, *profile));
  if (!settings) return tl::unexpected(settings.error());
  auto backend = Backend::create(std::move(*settings), clock);
  if (!backend) return tl::unexpected(backend.error());
  return std::shared_ptr<Backend>(std::move(*backend));
}

}  // namespace

Result<std::unique_ptr<BackendSet>> make_backends(const Config& config, const Clock& clock) {
  std::vector<BackendName> names;
  for (const BackendProfile& profile : backend_profiles()) names.push_back({profile.name, profile.aliases});
  auto backends = std::make_unique<BackendSet>(std::move(names), [config, &clock](const std::string& name) {
    return make_backend(config, clock, name);
  });
  if (auto status = backends->switch_to(config.mode); !status) return tl::unexpected(status.error());
  return backends;
}

}  // namespace anyclaude
