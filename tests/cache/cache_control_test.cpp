#include "cache/cache_control.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

using std::chrono::seconds;

std::optional<seconds> age_in(std::string_view header) {
  return parse_cache_control(header, "").max_age;
}

TEST(CacheControl, AsksForNothingByDefault) {
  const CacheControl control = parse_cache_control("", "");
  EXPECT_FALSE(control.no_cache || control.no_store || control.only_if_cached || control.max_age);
}

TEST(CacheControl, ReadsEachDirectiveInAnyCaseAndAnySpacing) {
  const CacheControl control = parse_cache_control(" No-Cache ,\tNO-STORE,,only-if-cached , Max-Age = 5", "");
  EXPECT_TRUE(control.no_cache);
  EXPECT_TRUE(control.no_store);
  EXPECT_TRUE(control.only_if_cached);
  EXPECT_EQ(control.max_age, seconds{5});
}

TEST(CacheControl, TheWishesOfBothHeadersHold) {
  const CacheControl control = parse_cache_control("no-store, max-age=60", "no-cache, max-age=30");
  EXPECT_TRUE(control.no_cache && control.no_store);
  EXPECT_EQ(control.max_age, seconds{30});
}

TEST(CacheControl, ATokenIsReadWhole) {
  const CacheControl control = parse_cache_control("no-cached, xno-store, no-transform, min-fresh=3", "");
  EXPECT_FALSE(control.no_cache || control.no_store || control.max_age);
}

TEST(CacheControl, ACommaInsideQuotesSeparatesNothing) {
  const CacheControl control = parse_cache_control(R"(ext="a, no-store, \", no-cache", only-if-cached)", "");
  EXPECT_FALSE(control.no_store || control.no_cache);
  EXPECT_TRUE(control.only_if_cached);
  EXPECT_FALSE(parse_cache_control("ext=\"no end, no-store", "").no_store);
}

TEST(CacheControl, AnAgeThatIsNoneCountsAsStale) {
  EXPECT_EQ(age_in("max-age=0"), seconds{0});
  EXPECT_EQ(age_in("max-age=\"60\""), seconds{60});
  for (const auto* header :
       {"max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=x", "max-age=60x", "max-age=\""})
    EXPECT_EQ(age_in(header), seconds{0}) << header;
  EXPECT_EQ(age_in("max-age=99999999999999999999"), seconds{2'147'483'648});
}

}  // namespace
}  // namespace anyclaude
