// What makes no difference and what does, over recorded and made-up requests.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "messages/json/json_document.h"
#include "tests/canonical/request_fixtures.h"
#include "tests/canonical/request_rewrites.h"

namespace anyclaude {
namespace {

constexpr CanonicalOptions kVerbatim{Lane::verbatim, OrderingLevel::standard, "beta-1", "2023-06-01"};
constexpr CanonicalOptions kRewritten{Lane::rewritten, OrderingLevel::standard, "", ""};

// Made-up requests are small and many; one in sixteen is a recorded one.
Json any_request(Random& random) {
  const auto& recordings = recorded_bodies();
  return random.below(16) == 0 ? recordings[random.below(recordings.size())].body : random_request(random);
}

RC_GTEST_PROP(CanonicalProperty, SpellingMakesNoDifference, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = any_request(random);
  const std::string spelled = spelled_at_random(request, random);
  RC_ASSERT(canonical_bytes(spelled, kVerbatim) == canonical_bytes(request, kVerbatim));
  RC_ASSERT(canonical_bytes(spelled, kRewritten) == canonical_bytes(request, kRewritten));
}

RC_GTEST_PROP(CanonicalProperty, WhatNeitherLaneCaresAboutMakesNoDifference, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = any_request(random);
  Json rewritten = request;
  rewrite_for_both_lanes(rewritten, random);
  RC_LOG() << request.dump().substr(0, 2000) << "\n" << rewritten.dump().substr(0, 2000);
  RC_ASSERT(canonical_bytes(rewritten, kVerbatim) == canonical_bytes(request, kVerbatim));
  RC_ASSERT(canonical_bytes(rewritten, kRewritten) == canonical_bytes(request, kRewritten));
}

RC_GTEST_PROP(CanonicalProperty, WhatNoLocalModelSeesMakesNoDifferenceInTheRewrittenLane,
              (std::uint64_t seed)) {
  Random random(seed);
  const Json request = any_request(random);
  Json rewritten = request;
  rewrite_for_rewritten_lane(rewritten, random);
  RC_LOG() << request.dump().substr(0, 2000) << "\n" << rewritten.dump().substr(0, 2000);
  RC_ASSERT(canonical_bytes(rewritten, kRewritten) == canonical_bytes(request, kRewritten));
}

// The verbatim lane sends the body as it is, so whatever is not named in the reference form must count.
RC_GTEST_PROP(CanonicalProperty, TheVerbatimLaneKeysExactlyTheReferenceForm, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = any_request(random);
  Json mutated = request;
  mutate(mutated, random);
  const auto document = JsonDocument::parse(mutated.dump());
  RC_PRE(document.has_value());
  const auto canonical = canonicalize(*document, kVerbatim);
  RC_PRE(canonical.has_value());
  const bool equal_keys = canonical->bytes == canonical_bytes(request, kVerbatim);
  const bool equal_meaning = verbatim_reference_form(request) == verbatim_reference_form(mutated);
  RC_CLASSIFY(equal_keys, "no difference");
  RC_LOG() << request.dump().substr(0, 2000) << "\n" << mutated.dump().substr(0, 2000);
  RC_ASSERT(equal_keys == equal_meaning);
}

// The promise on which the rewritten lane's cache rests: whatever an encoder could read is keyed.
RC_GTEST_PROP(CanonicalProperty, EqualKeysHandEqualRequestsToTheEncoder, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = any_request(random);
  Json other = request;
  if (random.coin()) rewrite_for_both_lanes(other, random);
  if (random.coin()) rewrite_for_rewritten_lane(other, random);
  if (random.coin()) mutate(other, random);
  const auto left = JsonDocument::parse(request.dump());
  const auto right = JsonDocument::parse(other.dump());
  RC_PRE(left.has_value() && right.has_value());
  const auto left_request = parse_messages_request(*left);
  const auto right_request = parse_messages_request(*right);
  RC_PRE(left_request.has_value() && right_request.has_value());
  const auto left_key = canonicalize(*left, kRewritten);
  const auto right_key = canonicalize(*right, kRewritten);
  RC_ASSERT(left_key.has_value());
  RC_ASSERT(right_key.has_value());
  const bool equal = left_key->bytes == right_key->bytes;
  RC_CLASSIFY(equal, "equal keys");
  if (equal) RC_ASSERT(meaning_of(*left_request) == meaning_of(*right_request));
}

}  // namespace
}  // namespace anyclaude
