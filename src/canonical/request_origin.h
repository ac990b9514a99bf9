// Who asks, as far as a request's metadata says. Any client can write what it likes there: it tells sessions
// apart and never decides whose answers a client may see.
#pragma once

#include <simdjson.h>

#include <string>

namespace anyclaude {

// Reads metadata.user_id in both spellings of Claude Code: a JSON object as a string with session_id, and
// user_<hash>_account_<uuid>_session_<uuid>. Anything else names no session: empty.
std::string read_session_id(simdjson::dom::element metadata);

}  // namespace anyclaude
