#include "messages/events/api_error.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace anyclaude {
namespace {

TEST(ApiError, NamesEveryStatusAsAnthropicDoes) {
  EXPECT_EQ(api_error_type(400), "invalid_request_error");
  EXPECT_EQ(api_error_type(401), "authentication_error");
  EXPECT_EQ(api_error_type(403), "permission_error");
  EXPECT_EQ(api_error_type(404), "not_found_error");
  EXPECT_EQ(api_error_type(413), "request_too_large");
  EXPECT_EQ(api_error_type(422), "invalid_request_error");
  EXPECT_EQ(api_error_type(429), "rate_limit_error");
  EXPECT_EQ(api_error_type(500), "api_error");
  EXPECT_EQ(api_error_type(502), "api_error");
  EXPECT_EQ(api_error_type(504), "timeout_error");
  EXPECT_EQ(api_error_type(529), "overloaded_error");
}

TEST(ApiError, WritesAnthropicsForm) {
  const ApiError error{404, "not_found_error", "no model \"x\""};
  EXPECT_EQ(error.json(),
            R"({"type":"error","error":{"type":"not_found_error","message":"no model \"x\""}})");
  EXPECT_EQ(nlohmann::json::parse(error.json("req_1"))["request_id"], "req_1");
}

TEST(ApiError, SurvivesBytesThatAreNotUtf8) {
  const ApiError error{500, "api_error", "bad \xff byte"};
  EXPECT_EQ(nlohmann::json::parse(error.json())["error"]["message"], "bad \xEF\xBF\xBD byte");
}

TEST(ApiError, TellsWhoseSideATooLargeThingWasOn) {
  EXPECT_EQ(to_api_error({ErrorKind::too_large, ErrorSource::client, Retry::never, "m"}).status, 413);
  EXPECT_EQ(to_api_error({ErrorKind::too_large, ErrorSource::upstream, Retry::never, "m"}).status, 502);
}

TEST(ApiError, KeepsTheSentenceOfAnError) {
  const ApiError error = to_api_error({ErrorKind::timed_out, ErrorSource::upstream, Retry::later, "slow"});
  EXPECT_EQ(error.status, 504);
  EXPECT_EQ(error.type, "timeout_error");
  EXPECT_EQ(error.message, "slow");
}

TEST(ApiError, WordsAFullContextAsTheClientExpects) {
  const ApiError error = prompt_too_long(210'000, 200'000);
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.type, "invalid_request_error");
  EXPECT_EQ(error.message, "prompt is too long: 210000 tokens > 200000 maximum");
}

}  // namespace
}  // namespace anyclaude
