// Which server may receive the user's credentials: keys of the environment, of flags and of the home file,
// and what a client sends to Anthropic. The one place that decides; server_settings() asks it.
#pragma once

#include <string>

#include "backend/profile/backend_profile.h"
#include "config/config.h"
#include "http/wire/url.h"

namespace anyclaude {

enum class CredentialVerdict {
  may_go,
  key_withheld,        // the server may be asked, without the key
  approval_missing,    // only a project file that the user has not approved names the address
  plain_http_refused,  // they would cross the network in plain text
};

// What is decided about: an entry of `backends`, its profile with the chosen API, and the address in force.
struct CredentialTarget {
  const BackendConfig& entry;
  const BackendProfile& profile;
  const Url& base_url;
};

CredentialVerdict may_receive_credentials(const Config& config, const CredentialTarget& target);

// Whether the address is the user's choice: from the environment, a flag, the home file, a file that a flag
// names or an approved one, or the profile's default.
bool is_users_address(const Config& config, const CredentialTarget& target);

}  // namespace anyclaude
