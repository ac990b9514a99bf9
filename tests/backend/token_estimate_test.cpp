#include "backend/token_estimate.h"

#include <gtest/gtest.h>

#include "tests/backend/request_text.h"

namespace anyclaude {
namespace {

std::string user_text(std::size_t bytes) {
  return R"({"role":"user","content":")" + std::string(bytes, 'a') + "\"}";
}

TEST(TokenEstimate, IsNeverZero) {
  EXPECT_GE(estimate_prompt_tokens(MessagesRequest{}, 4.0), 1u);
}

TEST(TokenEstimate, CountsSystemToolsAndMessages) {
  const auto bare = estimate_prompt_tokens(request_with(user_text(400)), 4.0);
  EXPECT_NEAR(static_cast<double>(bare), 104, 2);
  const auto more = estimate_prompt_tokens(
      request_with(user_text(400), R"("system":")" + std::string(400, 's') +
                                       R"(","tools":[{"name":"A","description":")" + std::string(400, 'd') +
                                       R"(","input_schema":{}}])"),
      4.0);
  EXPECT_NEAR(static_cast<double>(more), static_cast<double>(bare) + 205, 5);
}

TEST(TokenEstimate, CountsImagesNotTheirBytes) {
  const std::string image = R"({"role":"user","content":[{"type":"image","source":{"type":"base64",)"
                            R"("media_type":"image/png","data":")" +
                            std::string(400'000, 'A') + R"("}}]})";
  EXPECT_NEAR(static_cast<double>(estimate_prompt_tokens(request_with(image), 4.0)), 1'600, 10);
}

TEST(TokenEstimate, LeavesOutDeferredTools) {
  const std::string tool = R"("tools":[{"name":"A","description":")" + std::string(4'000, 'd') +
                           R"(","input_schema":{},"defer_loading":true}])";
  EXPECT_EQ(estimate_prompt_tokens(request_with(user_text(40), tool), 4.0),
            estimate_prompt_tokens(request_with(user_text(40)), 4.0));
}

TEST(TokenCalibration, LearnsFromWhatTheServerReports) {
  TokenCalibration calibration;
  const auto request = request_with(user_text(50'000));
  for (int i = 0; i < 20; ++i) calibration.learn(request, 20'000);
  EXPECT_NEAR(static_cast<double>(calibration.estimate(request)), 20'000, 200);
}

TEST(TokenCalibration, IgnoresReportsThatCannotBeTrue) {
  TokenCalibration calibration;
  const auto request = request_with(user_text(50'000));
  const auto before = calibration.estimate(request);
  calibration.learn(request, 0);
  calibration.learn(request, 3);
  calibration.learn(request, 50'000'000);
  calibration.learn(request_with(user_text(100)), 60);
  EXPECT_EQ(calibration.estimate(request), before);
}

}  // namespace
}  // namespace anyclaude
