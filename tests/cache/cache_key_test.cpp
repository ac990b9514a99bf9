#include "cache/cache_key.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

namespace anyclaude {
namespace {

StoreSecrets secrets_from(unsigned char start) {
  StoreSecrets secrets;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i) {
    secrets.primary.bytes[i] = static_cast<unsigned char>(start + i * 37);
    secrets.check.bytes[i] = static_cast<unsigned char>(start + i * 91 + 7);
  }
  return secrets;
}

CanonicalRequest request_of(std::string bytes) {
  CanonicalRequest request;
  request.bytes = std::move(bytes);
  return request;
}

TEST(CacheKey, DependsOnEverythingThatDecidesTheAnswer) {
  const std::vector<std::function<void(KeyContext&)>> changes = {
      [](KeyContext&) {},
      [](KeyContext& context) { context.lane = Lane::verbatim; },
      [](KeyContext& context) { context.profile = "x"; },
      [](KeyContext& context) { context.base_url = "x"; },
      [](KeyContext& context) { context.resolved_model = "x"; },
      [](KeyContext& context) { context.level = OrderingLevel::off; },
      [](KeyContext& context) { context.partition = "x"; },
      [](KeyContext& context) { context.fingerprint = "x"; },
      [](KeyContext& context) { context.profile_digest = "x"; },
  };
  std::set<Digest128> primaries;
  std::set<Digest128> checks;
  for (const auto& change : changes) {
    KeyContext context;
    change(context);
    const CacheKey key = make_cache_key(request_of("r"), context, secrets_from(1));
    primaries.insert(key.primary);
    checks.insert(key.check);
  }
  EXPECT_EQ(primaries.size(), changes.size());
  EXPECT_EQ(checks.size(), changes.size());
}

TEST(CacheKey, DependsOnTheRequestAndOnTheSecrets) {
  const CacheKey key = make_cache_key(request_of("r"), {}, secrets_from(1));
  EXPECT_EQ(key, make_cache_key(request_of("r"), {}, secrets_from(1)));
  const CacheKey other_request = make_cache_key(request_of("s"), {}, secrets_from(1));
  EXPECT_TRUE(other_request.primary != key.primary && other_request.check != key.check);
  const CacheKey other_store = make_cache_key(request_of("r"), {}, secrets_from(2));
  EXPECT_TRUE(other_store.primary != key.primary && other_store.check != key.check);
}

TEST(CacheKey, TheTwoDigestsAreUnderTheirOwnSecrets) {
  StoreSecrets secrets = secrets_from(1);
  const CacheKey key = make_cache_key(request_of("r"), {}, secrets);
  secrets.check.bytes[5] ^= 1;
  const CacheKey other = make_cache_key(request_of("r"), {}, secrets);
  EXPECT_EQ(other.primary, key.primary);
  EXPECT_NE(other.check, key.check);
  EXPECT_NE(key.primary, key.check);
}

TEST(CacheKey, TextsDoNotRunIntoEachOther) {
  KeyContext left;
  left.profile = "ab";
  left.base_url = "c";
  KeyContext right;
  right.profile = "a";
  right.base_url = "bc";
  EXPECT_NE(make_cache_key(request_of("r"), left, secrets_from(1)).primary,
            make_cache_key(request_of("r"), right, secrets_from(1)).primary);
}

}  // namespace
}  // namespace anyclaude
