// Times as texts.
#pragma once

#include <cstdint>
#include <string>

namespace anyclaude {

enum class UtcForm {
  seconds,       // 1994-11-06T08:49:37Z
  milliseconds,  // 1994-11-06T08:49:37.123Z
  file_name,     // 19941106T084937Z: in the order of time, and without signs that a file system may refuse
  http_date,     // Sun, 06 Nov 1994 08:49:37 GMT
};

// A time in UTC, whatever the locale; "?" for one that no calendar has.
std::string utc_text(std::int64_t unix_milliseconds, UtcForm form);

}  // namespace anyclaude
