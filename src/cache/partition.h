// Whose answers a caller may see.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "canonical/canonical_request.h"

namespace anyclaude {

struct Caller {
  std::string_view broker_key_name;  // of the matching broker key; empty when none is configured
  std::string_view api_key;          // x-api-key as received
  std::string_view bearer;           // the token of Authorization: Bearer
  std::string_view account_id;       // from metadata; OAuth tokens rotate, accounts do not
};

// The broker key's name; with none configured "local" in the rewritten lane, and in the verbatim lane a keyed
// hash of the API key, or for OAuth of the account (of the token when no account is named). Holds no secret.
std::string partition_of(Lane lane, const Caller& caller, const HashSecret& secret);

}  // namespace anyclaude
