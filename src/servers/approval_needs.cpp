#include "servers/approval_needs.h"

#include <algorithm>
#include <utility>

#include "base/loopback.h"
#include "config/printable.h"
#include "config/read_config.h"
#include "servers/credential_policy.h"
#include "servers/load_config.h"
#include "servers/server_settings.h"

namespace anyclaude {
namespace {

bool is_enabled(const Config& config, const std::string& name) {
  const auto found = config.backends.find(name);
  return found == config.backends.end() || found->second.use == BackendUse::enabled;
}

// Entries by their own names, without repeats.
std::vector<std::string> entries_in_use(Config config, const BackendProfiles& profiles) {
  const ProfileNames names = names_of(profiles);
  std::vector<std::string> entries;
  const auto add = [&](const std::string& spelled, bool is_optional) {
    const std::string entry = entry_for(config, spelled, names);
    const bool counts = !is_optional || is_enabled(config, entry);
    if (counts && std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
  };
  if (!config.mode.empty()) add(config.mode, false);
  for (const RoutingRule& rule : config.routing) add(rule.backend, true);
  for (const std::string& name : config.fallback) add(name, true);
  if (config.side_requests.backend) add(*config.side_requests.backend, true);
  return entries;
}

// What an entry of the file has sent to whom; nothing for this machine and for the profile's own address.
std::vector<std::string> what_entry_sends(const Config& config, const BackendProfiles& profiles,
                                          const std::string& name) {
  Config unapproved = config;
  unapproved.approval = Approval::missing;
  const auto settings = server_settings_unchecked(config, profiles, name);
  if (!settings || is_loopback_host(settings->base_url.host)) return {};
  const BackendConfig& entry = config.backends.at(name);
  std::vector<std::string> lines;
  if (!is_users_address(unapproved, {entry, settings->profile, settings->base_url}))
    lines.push_back("sends requests to " + printable_quoted(settings->base_url.text()));
  else if (entry.from.api == Origin::project_file && settings->profile.lane() == Lane::verbatim)
    lines.push_back("sends requests, with what Claude Code logs in with, to " +
                    printable_quoted(settings->base_url.text()));
  if (entry.plain_http == PlainHttp::allowed) lines.push_back("lets keys cross the network in plain text");
  return lines;
}

}  // namespace

std::optional<Error> missing_approval(const Config& config, const BackendProfiles& profiles) {
  if (config.approval != Approval::missing) return std::nullopt;
  if (const auto guarded = guarded_settings(config); !guarded.empty())
    return approval_missing(config, guarded.front()).value();
  for (const std::string& name : entries_in_use(config, profiles)) {
    const auto settings = server_settings(config, profiles, name);
    if (!settings && settings.error().kind == ErrorKind::permission) return settings.error();
  }
  return std::nullopt;
}

std::vector<std::string> what_approval_covers(const Config& config, const BackendProfiles& profiles) {
  std::vector<std::string> lines = guarded_settings(config);
  for (const auto& [name, entry] : config.backends) {
    const std::string where = " (backends." + printable_quoted(name) + ")";
    if (!entry.server_script.empty())
      lines.push_back("runs the script " + printable_quoted(entry.server_script) + where);
    for (const std::string& line : what_entry_sends(config, profiles, name)) lines.push_back(line + where);
  }
  return lines;
}

}  // namespace anyclaude
