#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "http/wire/http_message.h"

namespace anyclaude {

// How long Retry-After asks to wait (RFC 9110, section 10.2.3): a number of seconds, or a date, counted from
// `now`; never negative. Nothing when the field is absent or neither of the two.
std::optional<std::chrono::milliseconds> read_retry_after(const HeaderFields& headers, SystemTime now);

}  // namespace anyclaude
