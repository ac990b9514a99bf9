#include "backend/tokens/token_estimate.h"

#include <gtest/gtest.h>

#include "tests/backend/request_text.h"

namespace anyclaude {
namespace {

std::string user_text(std::size_t bytes) {
  return R"({"role":"user","content":")" + std::string(bytes, 'a') + "\"}";
}

// At four bytes a token.
std::uint64_t estimate(const MessagesRequest& request) {
  return estimate_prompt_tokens(prompt_size(request), {0.25, 0.25, 0.25, 0.25});
}

TEST(TokenEstimate, IsNeverZero) {
  EXPECT_GE(estimate(MessagesRequest{}), 1u);
}

TEST(TokenEstimate, CountsSystemToolsAndMessages) {
  const auto bare = estimate(request_with(user_text(400)));
  EXPECT_NEAR(static_cast<double>(bare), 104, 2);
  const auto more = estimate(request_with(
      user_text(400), R"("system":")" + std::string(400, 's') + R"(","tools":[{"name":"A","description":")" +
                          std::string(400, 'd') + R"(","input_schema":{}}])"));
  EXPECT_NEAR(static_cast<double>(more), static_cast<double>(bare) + 205, 5);
}

TEST(TokenEstimate, CountsImagesNotTheirBytes) {
  const std::string image = R"({"role":"user","content":[{"type":"image","source":{"type":"base64",)"
                            R"("media_type":"image/png","data":")" +
                            std::string(400'000, 'A') + R"("}}]})";
  EXPECT_NEAR(static_cast<double>(estimate(request_with(image))), 1'600, 10);
}

TEST(TokenEstimate, LeavesOutDeferredTools) {
  const std::string tool = R"("tools":[{"name":"A","description":")" + std::string(4'000, 'd') +
                           R"(","input_schema":{},"defer_loading":true}])";
  EXPECT_EQ(estimate(request_with(user_text(40), tool)), estimate(request_with(user_text(40))));
}

}  // namespace
}  // namespace anyclaude
