#pragma once

#include <openssl/ssl.h>

#include <string>

namespace anyclaude {

// Why a handshake with `host` failed and what to do about it, as the end of a sentence. To be asked on the
// thread that made the handshake, right behind it.
std::string tls_failure_reason(const SSL* session, const std::string& host);

}  // namespace anyclaude
