// The emulators are as strict as the servers they stand for: what those were seen to refuse, these refuse, in
// their words, and write it down.
#include <gtest/gtest.h>

#include "fakes/emulator/emulator.h"
#include "http/client/upstream_call.h"

namespace anyclaude::emulators {
namespace {

struct Refused {
  const char* kind;
  const char* body;
  int status;  // 0: the connection ends without a reply
  const char* said;
};

void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.kind << ": " << refused.body;
}

constexpr const char* kHello = R"("messages":[{"role":"user","content":"hello"}])";

class StrictEmulator : public ::testing::TestWithParam<Refused> {};

EmulatorOptions options_for(std::string_view kind) {
  EmulatorOptions options;
  options.quirks = *find_quirks(kind);
  return options;
}

Result<HttpReply> post(const Emulator& emulator, const std::string& body) {
  UpstreamRequest request;
  request.target = "/v1/chat/completions";
  request.headers.set("Content-Type", "application/json");
  request.body = body;
  return (*UpstreamClient::create(*parse_url(emulator.url())))->fetch(std::move(request));
}

std::string with_hello(std::string body) {
  const std::string mark = "HELLO";
  if (const std::size_t at = body.find(mark); at != std::string::npos) body.replace(at, mark.size(), kHello);
  return body;
}

TEST_P(StrictEmulator, RefusesAndRemembers) {
  Emulator emulator(options_for(GetParam().kind));
  const auto reply = post(emulator, with_hello(GetParam().body));
  ASSERT_EQ(reply ? reply->status : 0, GetParam().status) << (reply ? reply->body : reply.error().message);
  if (reply) {
    EXPECT_NE(reply->body.find(GetParam().said), std::string::npos) << reply->body;
  }
  EXPECT_EQ(emulator.violations().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Servers, StrictEmulator,
    ::testing::Values(
        Refused{"mlx-lm", R"({"max_tokens":null,HELLO})", 400, R"("error")"},
        Refused{"mlx-lm-before-0.29", R"({"max_tokens":null,HELLO})", 0, ""},
        Refused{"mlx-lm", R"({"model":"some/model",HELLO})", 404, R"({"error":")"},
        Refused{"mlx-lm", R"({"messages":[{"role":"user","content":"a"},{"role":"system","content":"b"}]})",
                404, "System message must be at the beginning."},
        Refused{"mlx-textgen", R"({"model":"other",HELLO})", 404,
                R"({"error":"Model \"other\" does not exist."})"},
        Refused{"mlx-textgen",
                R"({"model":"emulated-model","messages":[{"role":"user","content":"a"},{"role":"assistant",)"
                R"("content":"","tool_calls":[{"id":"x","type":"function","function":{"name":"f",)"
                R"("arguments":"{}"}}]},{"role":"tool","tool_call_id":"x","content":"ok"}]})",
                500, "Cannot have both tool_calls and content."},
        Refused{"vllm-mlx-legacy", R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]})",
                422, "valid string"},
        Refused{"vllm", R"({"model":"other",HELLO})", 404, R"("type":"NotFoundError")"},
        Refused{"openrouter", R"({"model":"other",HELLO})", 400, "is not a valid model ID"},
        Refused{"openai", R"({"model":"emulated-model","top_k":5,HELLO})", 400,
                "Unrecognized request argument"},
        Refused{
            "lmstudio",
            R"({"model":"emulated-model","tools":[{"type":"function","function":{"name":"f","parameters":)"
            R"({"type":"object","properties":{}}}}],"tool_choice":{"type":"function","function":{"name":"f"}},)"
            R"(HELLO})",
            400, "Invalid tool_choice type"},
        Refused{
            "llama-cpp",
            R"({"messages":[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"x","content":"ok"}]})",
            400, "answers no open call"}));

TEST(Emulator, SaysWhatItReadAndWhatItReused) {
  Emulator emulator(options_for("mlx-lm"));
  const std::string body = with_hello(R"({"max_tokens":50,HELLO})");
  ASSERT_TRUE(post(emulator, body));
  const auto again = post(emulator, body);
  ASSERT_TRUE(again);
  EXPECT_NE(again->body.find("cached_tokens"), std::string::npos);
  EXPECT_EQ(again->body.find(R"("cached_tokens":0)"), std::string::npos) << again->body;
  EXPECT_EQ(emulator.bodies(), (std::vector<std::string>{body, body}));
}

TEST(Emulator, AnImageWhereNoneIsSeenIsNobodysMistake) {
  Emulator emulator(options_for("llama-cpp"));
  const auto reply = post(emulator, R"({"messages":[{"role":"user","content":[{"type":"image_url",)"
                                    R"("image_url":{"url":"data:image/png;base64,AAAA"}}]}]})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 500);
  EXPECT_TRUE(emulator.violations().empty());
}

TEST(Emulator, MlxTextgenLosesAStreamedCall) {
  Emulator emulator(options_for("mlx-textgen"));
  const std::string body =
      R"({"model":"emulated-model","messages":[{"role":"user","content":"USE Read a.txt"}],"tools":[{"type":)"
      R"("function","function":{"name":"Read","parameters":{"type":"object","properties":{}}}}],"stream":)";
  const auto whole = post(emulator, body + "false}");
  const auto streamed = post(emulator, body + "true}");
  ASSERT_TRUE(whole && streamed);
  EXPECT_NE(whole->body.find("a.txt"), std::string::npos);
  EXPECT_EQ(streamed->body.find("a.txt"), std::string::npos);
  EXPECT_TRUE(streamed->body.ends_with("data: [DONE]"));
}

}  // namespace
}  // namespace anyclaude::emulators
