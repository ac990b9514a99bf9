#include <gtest/gtest.h>

#include "tests/backend/decoding.h"
#include "tests/backend/recorded_replies.h"

namespace anyclaude {
namespace {

TEST(ChatDecoderErrors, AFinishReasonWithoutDoneIsWhole) {
  const std::string body = data_lines({delta_chunk(R"("content":"x")"), delta_chunk("", R"("stop")")});
  EXPECT_EQ(decoded(body)["stop_reason"], "end_turn");
  Decoding cut;
  cut.feed(body).end(UpstreamEnd::cut);
  EXPECT_EQ(cut.message()["stop_reason"], "end_turn");
}

TEST(ChatDecoderErrors, AStreamWithoutFinishReasonIsCut) {
  for (const UpstreamEnd end : {UpstreamEnd::complete, UpstreamEnd::cut, UpstreamEnd::idle_timed_out}) {
    Decoding decoding;
    decoding.feed(data_lines({delta_chunk(R"("content":"x")")}) + R"(data: {"choices":[{"del)").end(end);
    EXPECT_TRUE(decoding.events.failed());
    EXPECT_EQ(decoding.events.violation(), "");
    EXPECT_FALSE(decoding.decoder->error());
    EXPECT_EQ(decoding.last_error().find("not JSON"), std::string::npos);
  }
}

TEST(ChatDecoderErrors, ACutBeforeAnythingWasSaidIsAProperError) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(R"("role":"assistant","content":null)")})).end(UpstreamEnd::cut);
  EXPECT_TRUE(decoding.events.events.empty());
  ASSERT_TRUE(decoding.decoder->error());
  EXPECT_EQ(decoding.decoder->error()->status, 502);
  Decoding silent;
  silent.end(UpstreamEnd::idle_timed_out);
  EXPECT_EQ(silent.decoder->error()->status, 504);
}

TEST(ChatDecoderErrors, DoneWithoutAnAnswerIsAnError) {
  Decoding decoding;
  decoding.feed("data: [DONE]\n\n").end();
  ASSERT_TRUE(decoding.decoder->error());
  EXPECT_EQ(decoding.decoder->error()->status, 502);
}

TEST(ChatDecoderErrors, AnErrorInsideAStreamHasItsStatusWhileNothingWasSaid) {
  const auto error_of = [](const std::string& chunk) {
    Decoding decoding;
    decoding.feed(": OPENROUTER PROCESSING\n\ndata: " + chunk + "\n\n").end();
    return decoding.decoder->error().value_or(ApiError{0, "", ""});
  };
  EXPECT_EQ(error_of(R"({"error":{"code":429,"message":"slow down"}})").status, 429);
  EXPECT_EQ(error_of(R"({"error":"boom"})").message, "boom");
  EXPECT_EQ(error_of(R"({"error":"boom"})").status, 500);
  EXPECT_EQ(error_of(R"({"object":"error","message":"m","code":404})").status, 404);
  EXPECT_EQ(error_of(R"({"error":{"code":400,"type":"exceed_context_size_error","message":"m",)"
                     R"("n_prompt_tokens":9000,"n_ctx":4096}})")
                .message,
            "prompt is too long: 9000 tokens > 4096 maximum");
  EXPECT_EQ(error_of("<html>").status, 502);
}

TEST(ChatDecoderErrors, AnErrorBehindTheBeginningIsAnEvent) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(R"("content":"x")"), R"({"error":{"code":500,"message":"GPU gone"}})",
                            delta_chunk(R"("content":"y")"), "[DONE]"}));
  decoding.end();
  EXPECT_TRUE(decoding.events.failed());
  EXPECT_EQ(decoding.events.violation(), "");
  EXPECT_EQ(decoding.last_error(), "GPU gone");
  EXPECT_FALSE(decoding.decoder->error());
}

TEST(ChatDecoderErrors, AWholeReplyMayBeAnError) {
  Decoding decoding("application/json");
  decoding.feed(R"({"error":{"message":"no","type":"invalid_request_error"}})").end();
  ASSERT_TRUE(decoding.decoder->error());
  EXPECT_EQ(decoding.decoder->error()->status, 400);
}

TEST(ChatDecoderErrors, GarbageIsAnErrorNotACrash) {
  for (const char* body :
       {"data: {\"choices\":[{\"delta\":", "data: nonsense\n\n", "data: 3\n\n", "{", "{}", "\xff\xfe",
        "data: {\"choices\":{}}\n\n", "data: {\"choices\":[3,null,{\"delta\":5}]}\n\n"}) {
    Decoding decoding;
    decoding.feed(body).end();
    EXPECT_TRUE(decoding.decoder->error()) << body;
  }
}

TEST(ChatDecoderErrors, ACallWithoutANameIsAnError) {
  Decoding decoding;
  decoding.feed(data_lines({delta_chunk(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])"),
                            delta_chunk("", R"("tool_calls")")}));
  decoding.end();
  EXPECT_TRUE(decoding.events.failed());
  EXPECT_EQ(decoding.events.violation(), "");
}

TEST(ChatDecoderErrors, CutArgumentsStayAsTheyAre) {
  Decoding decoding;
  decoding.feed(data_lines(
      {delta_chunk(R"("tool_calls":[{"index":0,"function":{"name":"A","arguments":"{\"x\":\"half"}}])"),
       delta_chunk("", R"("length")"), "[DONE]"}));
  decoding.end();
  EXPECT_TRUE(decoding.events.stopped());
  MessageAssembler assembler;
  for (const MessageEvent& event : decoding.events.events) assembler.feed(event.name, event.data);
  EXPECT_EQ(assembler.completeness(), MessageCompleteness::incomplete);
}

}  // namespace
}  // namespace anyclaude
