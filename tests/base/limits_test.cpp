#include "base/limits.h"

#include <gtest/gtest.h>

namespace anyclaude::limits {
namespace {

// Limits that only make sense in relation to each other.
TEST(Limits, FitTogether) {
  EXPECT_LE(kCacheableBodyBytesMax, kRequestBodyBytesMax);
  EXPECT_LE(kStoredMessageBytesMax, kUpstreamReplyBytesMax);
  EXPECT_LE(kSseEventBytesMax, kUpstreamReplyBytesMax);
  EXPECT_LT(kConnectTimeMax, kFirstByteTimeMax);
  EXPECT_LT(kUpstreamIdleTimeMax, kFirstByteTimeMax);
  EXPECT_LT(kStoredMessageBytesMax, kStoreBytesMaxDefault);
  EXPECT_GE(kListenBacklog, 128) << "a burst of connections waits for seconds below that";
}

}  // namespace
}  // namespace anyclaude::limits
