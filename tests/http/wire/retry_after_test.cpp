#include "http/wire/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace anyclaude {
namespace {

using namespace std::chrono_literals;

// 1994-11-06T08:49:37Z
constexpr SystemTime kNow{std::chrono::seconds{784'111'777}};

std::optional<std::chrono::milliseconds> read(const std::string& value) {
  return read_retry_after({{"retry-after", value}}, kNow);
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(read("0"), 0ms);
  EXPECT_EQ(read("7"), 7s);
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:40 GMT"), 3s);
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT"), 0ms);
  EXPECT_EQ(read("Sat, 05 Nov 1994 08:49:37 GMT"), 0ms) << "what is past is now";
}

TEST(RetryAfter, IsNothingElse) {
  for (const char* value :
       {"", "soon", "-1", "1.5", "7 ", "99999999999999999999", "Sun, 06 Nov 1994 08:49:40",
        "Sun, 32 Nov 1994 08:49:40 GMT", "Sun, 06 Xxx 1994 08:49:40 GMT", "Sun, 06 Nov 1994 24:49:40 GMT",
        "Sun, 06 Nov 1994 08:-9:40 GMT"})
    EXPECT_FALSE(read(value)) << value;
  EXPECT_FALSE(read_retry_after({}, kNow));
}

}  // namespace
}  // namespace anyclaude
