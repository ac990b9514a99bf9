#include <gtest/gtest.h>

#include "backend/dialect/context_overflow.h"
#include "backend/dialect/reply_decoder.h"

namespace anyclaude {
namespace {

ApiError translated(int status, std::string_view body) {
  return translate_upstream_error(status, {}, body, 50'000, 32'768);
}

std::string too_long(std::uint64_t tokens, std::uint64_t tokens_max) {
  return prompt_too_long(tokens, tokens_max).message;
}

struct OverflowCase {
  const char* server;
  int status;
  std::string body;
  std::uint64_t tokens;
  std::uint64_t tokens_max;
};

std::string error_body(std::string_view message) {
  return R"({"error":{"message":")" + std::string(message) + R"(","type":"invalid_request_error"}})";
}

std::vector<OverflowCase> overflow_cases() {
  return {
      {"llama.cpp", 400,
       R"({"error":{"code":400,"message":"the request exceeds the available context size, try increasing it",)"
       R"("type":"exceed_context_size_error","n_prompt_tokens":48000,"n_ctx":16384}})",
       48'000, 16'384},
      {"llama.cpp, in its sentence only", 500,
       error_body(
           "request (48000 tokens) exceeds the available context size (16384 tokens), try increasing it"),
       48'000, 16'384},
      {"OpenAI, sum", 400,
       R"({"error":{"message":"This model's maximum context length is 8192 tokens. However, you requested )"
       R"(10000 tokens (9000 in the messages, 1000 in the completion).","code":"context_length_exceeded"}})",
       9'000, 8'192},
      {"OpenAI, prompt fits", 400,
       error_body("This model's maximum context length is 8192 tokens. However, you requested 10000 tokens "
                  "(6000 in the messages, 4000 in the completion)."),
       10'000, 8'192},
      {"OpenAI, messages", 400,
       error_body(
           "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 "
           "tokens."),
       9'001, 8'192},
      {"vLLM", 400,
       R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, your request )"
       R"(has 5000 input tokens. Please reduce the length of the input messages.","code":400})",
       5'000, 4'096},
      {"vLLM, max_tokens", 400,
       error_body("'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context "
                  "length is 4096 tokens and your request has 500 input tokens (32000 > 4096 - 500)."),
       4'097, 4'096},
      {"vLLM, decoder", 400,
       error_body("The decoder prompt (length 5000) is longer than the maximum model length of 4096."), 5'000,
       4'096},
      {"SGLang", 400,
       R"({"object":"error","message":"The input (40000 tokens) is longer than the model's context length )"
       R"((32768 tokens).","type":"BadRequestError"})",
       40'000, 32'768},
      {"SGLang, sum", 400,
       error_body(
           "Requested token count exceeds the model's maximum context length of 32768 tokens. You "
           "requested a total of 40000 tokens: 33000 tokens from the input messages and 7000 tokens for "
           "the completion."),
       33'000, 32'768},
      {"LM Studio", 400,
       R"({"error":"Trying to keep the first 10136 tokens when context the overflows. However, the model is )"
       R"(loaded with context length of only 7866 tokens, which is not enough."})",
       10'136, 7'866},
      {"LM Studio, no numbers", 400,
       R"({"error":"The number of tokens to keep from the initial prompt is greater than the context length."})",
       50'000, 32'768},
      {"Ollama", 400, R"({"error":{"message":"the input length exceeds the context length"}})", 50'000,
       32'768},
      {"mlx server", 404, R"x({"error":"Prompt tokens (9000) exceed max context (8192)"})x", 9'000, 8'192},
      {"TensorRT-LLM", 400, error_body("Prompt length (9000) exceeds maximum input length (8192)."), 9'000,
       8'192},
      {"OpenRouter", 400,
       R"({"error":{"message":"This endpoint's maximum context length is 131072 tokens. However, you requested )"
       R"(about 200,000 tokens (150000 of text input, 18000 of tool input, 32000 in the output).","code":400}})",
       150'000, 131'072},
      {"TGI", 422,
       R"({"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 )"
       R"(`inputs` tokens and 100 `max_new_tokens`"})",
       5'000, 4'096},
      {"Anthropic", 400, error_body("prompt is too long: 210000 tokens > 200000 maximum"), 210'000, 200'000},
      {"nested twice", 400,
       R"({"error":{"error":{"message":"prompt is too long: 21 tokens > 20 maximum","type":"x"}}})", 21, 20},
  };
}

TEST(UpstreamError, WordsEveryServersOverflowAsTheClientExpects) {
  for (const OverflowCase& known : overflow_cases()) {
    const ApiError error = translated(known.status, known.body);
    EXPECT_EQ(error.status, 400) << known.server;
    EXPECT_EQ(error.type, "invalid_request_error") << known.server;
    EXPECT_EQ(error.message, too_long(known.tokens, known.tokens_max)) << known.server;
  }
}

TEST(UpstreamError, SaysAlwaysALargerNumberThanTheLimit) {
  const auto error = translate_upstream_error(400, {}, error_body("exceeds the context length"), 100, 4'096);
  EXPECT_EQ(error.message, too_long(4'097, 4'096));
  const auto unknown =
      translate_upstream_error(400, {}, error_body("exceeds the context length"), 100, std::nullopt);
  EXPECT_EQ(unknown.message, too_long(100, 99));
}

TEST(UpstreamError, OtherErrorsAreNotTakenForOverflows) {
  EXPECT_FALSE(find_context_overflow("invalid_request_error", "temperature must be below 2"));
  EXPECT_FALSE(find_context_overflow("", "image exceeds the limit of 5 MB"));
  EXPECT_EQ(translated(429, error_body("maximum context length is 5 tokens")).status, 429);
}

TEST(UpstreamError, ReadsEveryShape) {
  EXPECT_EQ(translated(400, R"({"error":"plain"})").message, "plain");
  EXPECT_EQ(translated(400, R"({"error":{"message":"nested","type":"t"}})").message, "nested");
  EXPECT_EQ(translated(400, R"({"object":"error","message":"flat","code":400})").message, "flat");
  EXPECT_EQ(translated(400, R"({"detail":"fast api"})").message, "fast api");
  EXPECT_EQ(translated(422, R"({"detail":[{"loc":["body"],"msg":"m"}]})").message,
            R"([{"loc":["body"],"msg":"m"}])");
  EXPECT_EQ(translated(400, R"("only a string")").message, "only a string");
  EXPECT_EQ(translated(400, "words").message, "words");
  EXPECT_EQ(translated(502, "<html><body>Bad Gateway</body></html>").message,
            "the model server answered with status 502");
  EXPECT_EQ(translated(500, "").message, "the model server answered with status 500");
  EXPECT_EQ(translated(500, R"({"error":{}})").message, "the model server answered with status 500");
  EXPECT_LE(translated(500, std::string(100'000, 'x')).message.size(), 2'000u);
}

TEST(UpstreamError, MapsStatuses) {
  const auto mapped = [](int status) {
    const ApiError error = translated(status, R"({"error":"x"})");
    EXPECT_EQ(error.type, api_error_type(error.status)) << status;
    return error.status;
  };
  EXPECT_EQ(mapped(400), 400);
  EXPECT_EQ(mapped(401), 401);
  EXPECT_EQ(mapped(403), 403);
  EXPECT_EQ(mapped(404), 404);
  EXPECT_EQ(mapped(413), 413);
  EXPECT_EQ(mapped(422), 400);
  EXPECT_EQ(mapped(429), 429);
  EXPECT_EQ(mapped(500), 500);
  EXPECT_EQ(mapped(501), 500);
  EXPECT_EQ(mapped(502), 502);
  EXPECT_EQ(mapped(503), 529);
  EXPECT_EQ(mapped(504), 504);
  EXPECT_EQ(mapped(302), 500);
}

TEST(RoomForAnswer, IsWhatTheServerSaidIsLeft) {
  EXPECT_EQ(
      room_for_answer(
          R"({"error":{"message":"This model's maximum context length is 100 tokens. However, you requested )"
          R"(120 tokens (70 in the messages, 50 in the completion)."}})"),
      30u);
  EXPECT_FALSE(
      room_for_answer(R"({"error":{"code":400,"message":"the request exceeds the available context size",)"
                      R"("type":"exceed_context_size_error","n_prompt_tokens":200,"n_ctx":100}})"));
  EXPECT_FALSE(room_for_answer(R"({"error":{"message":"no such model"}})"));
  EXPECT_FALSE(room_for_answer("not json"));
}

// As real servers said it; a client that is told 500 asks again and again.
TEST(UpstreamError, AnImageToAServerThatSeesNoneIsTheRequestsFault) {
  EXPECT_EQ(
      translated(500, R"({"error":{"code":500,"message":"image input is not supported - hint: if this is )"
                      R"(unexpected, you may need to provide the mmproj","type":"server_error"}})")
          .status,
      400);
  EXPECT_EQ(translated(500, R"({"detail":"Text only template only support string contents."})").status, 400);
  EXPECT_EQ(translated(404, R"({"error":"Only 'text' content type is supported."})").status, 400);
  EXPECT_EQ(translated(500, R"({"error":{"message":"image decoding crashed"}})").status, 500);
}

}  // namespace
}  // namespace anyclaude
