#include "cache/cacheability.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace anyclaude {
namespace {

std::optional<BypassReason> reason_for(const CanonicalFindings& findings, Lane lane = Lane::rewritten) {
  return bypass_reason(findings, lane, CacheMode::on, {}, 1000);
}

CanonicalFindings only(bool CanonicalFindings::*finding) {
  CanonicalFindings findings;
  findings.*finding = true;
  return findings;
}

TEST(Cacheability, LooksUpWhatHasNoReasonAgainstIt) {
  EXPECT_EQ(reason_for({}), std::nullopt);
  EXPECT_EQ(bypass_reason({}, Lane::verbatim, CacheMode::read_only, {}, 1), std::nullopt);
  EXPECT_EQ(bypass_reason({}, Lane::verbatim, CacheMode::write_only, {}, 1), std::nullopt);
}

TEST(Cacheability, ModeOffAsksNothingElse) {
  CacheControl control;
  control.no_store = control.no_cache = true;
  EXPECT_EQ(bypass_reason({}, Lane::rewritten, CacheMode::off, control, 1), BypassReason::mode_off);
  EXPECT_EQ(bypass_reason({}, Lane::rewritten, CacheMode::on, control, 1),
            BypassReason::no_store_with_no_cache);
}

TEST(Cacheability, OneOfTheTwoWishesStillLeavesHalfOfTheCache) {
  CacheControl no_store;
  no_store.no_store = true;
  CacheControl no_cache;
  no_cache.no_cache = true;
  EXPECT_EQ(bypass_reason({}, Lane::rewritten, CacheMode::on, no_store, 1), std::nullopt);
  EXPECT_EQ(bypass_reason({}, Lane::rewritten, CacheMode::on, no_cache, 1), std::nullopt);
}

TEST(Cacheability, NamesEachFinding) {
  EXPECT_EQ(reason_for(only(&CanonicalFindings::server_tools)), BypassReason::server_tools);
  EXPECT_EQ(reason_for(only(&CanonicalFindings::mcp_servers)), BypassReason::mcp_servers);
  EXPECT_EQ(reason_for(only(&CanonicalFindings::container)), BypassReason::container);
  EXPECT_EQ(reason_for(only(&CanonicalFindings::file_reference)), BypassReason::file_reference);
  EXPECT_EQ(reason_for(only(&CanonicalFindings::url_source)), BypassReason::url_source);
}

TEST(Cacheability, AnUnknownBlockIsTextInTheRewrittenLane) {
  EXPECT_EQ(reason_for(only(&CanonicalFindings::unknown_block), Lane::verbatim), BypassReason::unknown_block);
  EXPECT_EQ(reason_for(only(&CanonicalFindings::unknown_block), Lane::rewritten), std::nullopt);
}

TEST(Cacheability, LargeBodiesAreOnlyForwarded) {
  const auto at = [](std::size_t bytes) {
    return bypass_reason({}, Lane::verbatim, CacheMode::on, {}, bytes);
  };
  EXPECT_EQ(at(limits::kCacheableBodyBytesMax), std::nullopt);
  EXPECT_EQ(at(limits::kCacheableBodyBytesMax + 1), BypassReason::body_too_large);
}

}  // namespace
}  // namespace anyclaude
