#include "app/backend_wiring.h"

#include <algorithm>
#include <utility>

#include "servers/server_settings.h"

namespace anyclaude {
namespace {

// Every entry under its own name; a known kind of server also answers to its aliases, through the entry of
// its name or the first of its kind, if there is one.
std::vector<BackendName> backend_names(const Config& config, const BackendProfiles& profiles) {
  std::vector<BackendName> names;
  for (const auto& [name, said] : config.backends) names.push_back({name});
  for (const BackendProfile& profile : profiles.all()) {
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

// At a profile's own address over https there is the service that the profile is made for.
bool is_the_service_itself(const BackendSettings& settings) {
  const auto known = parse_url(settings.profile.default_base_url);
  return known && settings.base_url.scheme == UrlScheme::https && settings.base_url == without_v1(*known);
}

Result<std::shared_ptr<Backend>> make_backend(const Config& config, const BackendProfiles& profiles,
                                              const Clock& clock, const std::string& via_mark,
                                              const std::string& name) {
  auto settings = server_settings(config, profiles, name);
  if (!settings) return tl::unexpected(settings.error());
  if (!is_the_service_itself(*settings)) settings->route.via_mark = via_mark;
  auto backend = Backend::create(std::move(*settings), clock);
  if (!backend) return tl::unexpected(backend.error());
  return std::shared_ptr<Backend>(std::move(*backend));
}

tl::unexpected<Error> config_fault(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

bool is_disabled(const Config& config, std::string_view name) {
  const auto found = config.backends.find(name);
  return found != config.backends.end() && found->second.use == BackendUse::disabled;
}

RoutingRule every_side_request_to(const std::string& backend) {
  RoutingRule rule;
  rule.when.side_request = "*";
  rule.backend = backend;
  return rule;
}

}  // namespace

Result<std::unique_ptr<BackendSet>> make_backends(const Config& config, const BackendProfiles& profiles,
                                                  const Clock& clock, const std::string& via_mark) {
  auto backends = std::make_unique<BackendSet>(backend_names(config, profiles),
                                               [config, profiles, &clock, via_mark](const std::string& name) {
                                                 return make_backend(config, profiles, clock, via_mark, name);
                                               });
  if (auto status = backends->switch_to(config.mode); !status) return tl::unexpected(status.error());
  return backends;
}

Result<Router> make_router(const Config& config, BackendSet& backends) {
  std::vector<RoutingRule> rules;
  for (const RoutingRule& rule : config.routing)
    if (!is_disabled(config, rule.backend)) rules.push_back(rule);
  if (const auto& backend = config.side_requests.backend) {
    if (const auto entry = backends.get(*backend); !entry)
      return config_fault("prompt.side_requests must be forward, local or a backend: " +
                          entry.error().message);
    if (!is_disabled(config, *backend)) rules.push_back(every_side_request_to(*backend));
  }
  return Router::make(rules, backends);
}

Result<std::vector<const BackendEntry*>> make_fallbacks(const Config& config, BackendSet& backends) {
  std::vector<const BackendEntry*> chain;
  for (const std::string& name : config.fallback) {
    const auto entry = backends.get(name);
    if (!entry) return config_fault("fallback: " + entry.error().message);
    if (!is_disabled(config, (*entry)->name)) chain.push_back(*entry);
  }
  return chain;
}

Result<std::vector<CostAccount>> cost_accounts(const Config& config) {
  std::vector<CostAccount> accounts;
  for (const auto& [name, said] : config.backends) {
    if (said.cost_cap_usd_per_day && !said.price)
      return config_fault("backends." + name + ".cost_cap_usd_per_day needs backends." + name +
                          ".price to count by");
    if (said.price)
      accounts.push_back({name, said.price->input_usd, said.price->output_usd, said.price->cached_input_usd,
                          said.cost_cap_usd_per_day});
  }
  return accounts;
}

}  // namespace anyclaude
