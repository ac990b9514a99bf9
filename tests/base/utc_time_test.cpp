#include "base/utc_time.h"

#include <gtest/gtest.h>

#include <limits>

namespace anyclaude {
namespace {

constexpr std::int64_t kThen = 784'111'777'007;

TEST(UtcTime, EachFormIsAsItIsShown) {
  EXPECT_EQ(utc_text(kThen, UtcForm::seconds), "1994-11-06T08:49:37Z");
  EXPECT_EQ(utc_text(kThen, UtcForm::milliseconds), "1994-11-06T08:49:37.007Z");
  EXPECT_EQ(utc_text(kThen, UtcForm::file_name), "19941106T084937Z");
  EXPECT_EQ(utc_text(kThen, UtcForm::http_date), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(UtcTime, TimesBefore1970AndThoseOfNoCalendarAreTextsToo) {
  EXPECT_EQ(utc_text(-1, UtcForm::milliseconds), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(utc_text(std::numeric_limits<std::int64_t>::max(), UtcForm::seconds),
            "292278994-08-17T07:12:55Z");
}

}  // namespace
}  // namespace anyclaude
