#include <gtest/gtest.h>

#include "tests/backend/native_decoding.h"
#include "tests/backend/native_replies.h"

namespace anyclaude {
namespace {

ApiError error_of(const std::string& body, UpstreamEnd end = UpstreamEnd::complete) {
  return NativeReply(body, "llama-cpp", end).decoder->error().value_or(ApiError{0, "", ""});
}

TEST(AnthropicDecoderErrors, AnErrorInsideAStreamHasItsStatusWhileNothingWasSaid) {
  const auto error = [](const std::string& said) {
    return error_of("event: error\ndata: {\"type\":\"error\",\"error\":{" + said + "}}\n\n");
  };
  EXPECT_EQ(error(R"("type":"overloaded_error","message":"busy")").status, 529);
  EXPECT_EQ(error(R"("type":"invalid_request_error","message":"no")").status, 400);
  EXPECT_EQ(error(R"("type":"api_error","message":"GPU gone")").message, "GPU gone");
  const ApiError overflow =
      error(R"("type":"exceed_context_size_error","message":"m","n_prompt_tokens":9000,"n_ctx":4096)");
  EXPECT_EQ(overflow.status, 400);
  EXPECT_EQ(overflow.type, "invalid_request_error");
  EXPECT_EQ(overflow.message, "prompt is too long: 9000 tokens > 4096 maximum");
}

TEST(AnthropicDecoderErrors, OverflowRefusedBeforeTheReplyIsWordedAsTheClientKnowsIt) {
  for (
      const char* body :
      {R"({"type":"error","error":{"type":"exceed_context_size_error","code":400,"n_prompt_tokens":9000,)"
       R"("n_ctx":4096,"message":"request (9000 tokens) exceeds the available context size"}})",
       R"({"type":"error","error":{"type":"BadRequestError","message":"This model's maximum context length is )"
       R"(4096 tokens. However, your request has 9000 input tokens."}})"}) {
    const ApiError error = translate_upstream_error(400, {}, body, 50, std::nullopt);
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.message, "prompt is too long: 9000 tokens > 4096 maximum");
  }
}

TEST(AnthropicDecoderErrors, AnErrorBehindTheBeginningIsAnEvent) {
  NativeReply decoding(native_start() + native_text("x") +
                       native_event("error", R"("error":{"type":"api_error","message":"GPU gone"})") +
                       native_end("end_turn"));
  EXPECT_TRUE(decoding.events.failed());
  EXPECT_EQ(decoding.events.violation(), "");
  EXPECT_EQ(decoding.last_error(), "GPU gone");
  EXPECT_FALSE(decoding.decoder->error());
}

TEST(AnthropicDecoderErrors, AWholeReplyMayBeAnError) {
  EXPECT_EQ(
      error_of(R"({"type":"error","error":{"type":"not_found_error","message":"no such model"}})").status,
      404);
  EXPECT_EQ(error_of("{}").status, 502);
  EXPECT_EQ(error_of(R"({"content":[{"type":"te)").status, 502);
}

TEST(AnthropicDecoderErrors, AStreamThatNeverEndsIsCut) {
  for (const UpstreamEnd end : {UpstreamEnd::complete, UpstreamEnd::cut, UpstreamEnd::idle_timed_out}) {
    NativeReply decoding(native_start() + native_text("x") + R"(data: {"type":"content_blo)", "llama-cpp",
                         end);
    EXPECT_TRUE(decoding.events.failed());
    EXPECT_EQ(decoding.events.violation(), "");
    EXPECT_EQ(decoding.last_error().find("not JSON"), std::string::npos);
  }
  EXPECT_EQ(error_of("", UpstreamEnd::cut).status, 502);
  EXPECT_EQ(error_of("", UpstreamEnd::idle_timed_out).status, 504);
  EXPECT_EQ(error_of(native_event("message_stop")).status, 502);
  EXPECT_EQ(error_of(native_whole_reply(), UpstreamEnd::cut).status, 502);
}

TEST(AnthropicDecoderErrors, ACallWithoutANameIsAnError) {
  for (const std::string& call :
       {native_call("", {"{}"}),
        native_event("content_block_delta", R"("delta":{"type":"input_json_delta","partial_json":"{}"})")}) {
    NativeReply decoding(native_start() + call + native_end("tool_use"));
    EXPECT_TRUE(decoding.events.failed());
    EXPECT_EQ(decoding.events.violation(), "");
  }
}

TEST(AnthropicDecoderErrors, GarbageIsAnErrorNotACrash) {
  for (const char* body : {"data: nonsense\n\n", "data: 3\n\n", "{", "\xff\xfe", "data: {\"type\":5}\n\n",
                           "data: {\"type\":\"content_block_start\",\"content_block\":7}\n\n",
                           "data: {\"type\":\"content_block_delta\",\"delta\":[]}\n\n",
                           R"({"content":[3,null,{"type":"text"}]})",
                           "data: {\"type\":\"message_delta\",\"delta\":null,\"usage\":[]}\n\n"}) {
    NativeReply decoding(body);
    EXPECT_TRUE(decoding.decoder->error()) << body;
    EXPECT_EQ(decoding.events.violation(), "") << body;
  }
}

}  // namespace
}  // namespace anyclaude
