#include "servers/credential_policy.h"

#include "base/loopback.h"

namespace anyclaude {
namespace {

bool is_default_address(const CredentialTarget& target) {
  const auto address = parse_url(target.profile.default_base_url);
  return address && without_v1(*address) == target.base_url;
}

// Where a request goes byte for byte, what the client sends along goes with it.
bool passes_client_on(const BackendProfile& profile) {
  return profile.lane() == Lane::verbatim;
}

// A project file that makes another company's server speak Anthropic's API would have the client's login sent
// there.
bool is_users_api(const Config& config, const CredentialTarget& target) {
  return config.is_users(target.entry.from.api) || target.profile.name == "claude";
}

// The client's own credentials are replaced where the server has a key and is not Anthropic's.
bool sends_login(const CredentialTarget& target) {
  return passes_client_on(target.profile) &&
         (target.entry.api_key.empty() || target.profile.name == "claude");
}

CredentialVerdict check_origin(const Config& config, const CredentialTarget& target) {
  const bool is_loopback = is_loopback_host(target.base_url.host);
  const bool is_known = is_users_address(config, target);
  if (passes_client_on(target.profile))
    return is_loopback || (is_known && is_users_api(config, target)) ? CredentialVerdict::may_go
                                                                     : CredentialVerdict::approval_missing;
  const BackendConfig& entry = target.entry;
  if (is_known || entry.api_key.empty() || !config.is_users(entry.from.api_key))
    return CredentialVerdict::may_go;
  if (!is_loopback) return CredentialVerdict::approval_missing;
  return target.profile.server.api_key == KeyUse::taken ? CredentialVerdict::may_go
                                                        : CredentialVerdict::key_withheld;
}

bool may_cross_in_plain_text(const Config& config, const CredentialTarget& target) {
  const BackendConfig& entry = target.entry;
  if (target.base_url.scheme == UrlScheme::https || is_loopback_host(target.base_url.host)) return true;
  if (entry.api_key.empty() && !sends_login(target)) return true;
  if (entry.plain_http == PlainHttp::allowed && config.is_users(config.file_origin)) return true;
  return !sends_login(target) && entry.from.url == Origin::home_file &&
         entry.from.api_key == Origin::home_file;
}

}  // namespace

bool is_users_address(const Config& config, const CredentialTarget& target) {
  return target.entry.url.empty() || config.is_users(target.entry.from.url) || is_default_address(target);
}

CredentialVerdict may_receive_credentials(const Config& config, const CredentialTarget& target) {
  const CredentialVerdict verdict = check_origin(config, target);
  if (verdict == CredentialVerdict::may_go && !may_cross_in_plain_text(config, target))
    return CredentialVerdict::plain_http_refused;
  return verdict;
}

}  // namespace anyclaude
