// Who asks, as far as a request's metadata says.
#pragma once

#include <simdjson.h>

#include <string>

namespace anyclaude {

struct RequestOrigin {
  std::string session_id;  // empty when absent
  std::string account_id;
};

// Reads metadata.user_id in both spellings of Claude Code: a JSON object as a string with session_id and
// account_uuid, and user_<hash>_account_<uuid>_session_<uuid>. Anything else names nobody.
RequestOrigin read_request_origin(simdjson::dom::element metadata);

}  // namespace anyclaude
