#include "base/utc_time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace anyclaude {
namespace {

constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string utc_text(std::int64_t unix_milliseconds, UtcForm form) {
  std::int64_t milliseconds = unix_milliseconds % 1'000;
  if (milliseconds < 0) milliseconds += 1'000;
  const auto seconds = static_cast<std::time_t>((unix_milliseconds - milliseconds) / 1'000);
  std::tm utc{};
  if (::gmtime_r(&seconds, &utc) == nullptr) return "?";
  const int year = utc.tm_year + 1900;
  const int month = utc.tm_mon + 1;
  std::array<char, 96> text{};
  const auto write = [&](const char* format, auto... values) {
    std::snprintf(text.data(), text.size(), format, values...);
  };
  switch (form) {
    case UtcForm::seconds:
      write("%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
      break;
    case UtcForm::milliseconds:
      write("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, utc.tm_mday, utc.tm_hour, utc.tm_min,
            utc.tm_sec, static_cast<int>(milliseconds));
      break;
    case UtcForm::file_name:
      write("%04d%02d%02dT%02d%02d%02dZ", year, month, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
      break;
    case UtcForm::http_date:
      write("%s, %02d %s %d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
            kMonths[static_cast<std::size_t>(utc.tm_mon)], year, utc.tm_hour, utc.tm_min, utc.tm_sec);
      break;
  }
  return text.data();
}

}  // namespace anyclaude
