// What the policies of a profile make of one and the same request.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backend/dialect/chat_encoder.h"
#include "backend/dialect/chat_shape.h"
#include "backend/profile/profile_reader.h"
#include "tests/backend/request_text.h"
#include "tests/fakes/built_in_profile.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kHi = R"({"role":"user","content":"hi"})";
constexpr const char* kTools = R"("tools":[{"name":"Read","input_schema":{"required":["a"]}},)"
                               R"({"name":"Bash","input_schema":{"type":"object","properties":{}}}])";
constexpr const char* kCalled =
    R"({"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"text","text":"Let me."},)"
    R"({"type":"tool_use","id":"toolu_A","name":"Read","input":{}}]},)"
    R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_A","content":"ok"}]})";
constexpr const char* kOnlyCalled =
    R"({"role":"user","content":"hi"},{"role":"assistant","content":[)"
    R"({"type":"tool_use","id":"toolu_A","name":"Read","input":{}}]},)"
    R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_A","content":"ok"}]})";

// The openai profile with a few policies of its own.
Json with_policy(const std::string& policies, const MessagesRequest& request, std::string_view model = "m") {
  BackendProfile profile = built_in_profile("openai");
  const Status status =
      read_profile(nlohmann::json::parse(R"({"request":)" + policies + "}"), "test", profile);
  EXPECT_TRUE(status) << status.error().message;
  const auto body = encode_chat_request(request, {profile, model, std::nullopt, 1});
  EXPECT_TRUE(body) << body.error().message;
  return body ? Json::parse(*body) : Json();
}

Json from(std::string_view mode, const MessagesRequest& request, std::string_view model) {
  const auto body = encode_chat_request(request, {built_in_profile(mode), model, std::nullopt, 1});
  return body ? Json::parse(*body) : Json();
}

std::string text(const Json& body, const char* member) {
  return body.contains(member) ? body[member].dump() : "";
}

TEST(ChatPolicy, TheModelsName) {
  EXPECT_FALSE(with_policy(R"({"model":"omitted"})", request_with(kHi)).contains("model"));
  EXPECT_EQ(with_policy(R"({"model":"listed"})", request_with(kHi))["model"], "m");
}

TEST(ChatPolicy, TheSystemPrompt) {
  const auto request = request_with(kHi, R"("system":"one\ntwo")");
  EXPECT_EQ(with_policy(R"({"system_role":"developer"})", request)["messages"][0].dump(),
            R"({"role":"developer","content":"one\ntwo"})");
  EXPECT_EQ(with_policy(R"({"system_role":"first_user_turn"})", request)["messages"].dump(),
            R"([{"role":"user","content":"one\ntwo\n\nhi"}])");
  EXPECT_EQ(with_policy(R"({"system_newlines":"spaces"})", request)["messages"][0]["content"], "one two");
}

TEST(ChatPolicy, TextAndToolCallsInOneMessageOrInTwo) {
  const auto request = request_with(kCalled, kTools);
  EXPECT_EQ(with_policy("{}", request)["messages"][1]["content"], "Let me.");
  const Json apart =
      with_policy(R"({"text_with_tool_calls":"separate","empty_content":"left_out"})", request);
  EXPECT_EQ(apart["messages"][1].dump(), R"({"role":"assistant","content":"Let me."})");
  EXPECT_FALSE(apart["messages"][2].contains("content"));
  EXPECT_EQ(apart["messages"][2]["tool_calls"].size(), 1u);
  EXPECT_EQ(apart["messages"][3]["role"], "tool");
}

TEST(ChatPolicy, TheContentOfNothingButCalls) {
  const auto request = request_with(kOnlyCalled, kTools);
  EXPECT_EQ(with_policy("{}", request)["messages"][1]["content"], "");
  EXPECT_TRUE(with_policy(R"({"empty_content":"null"})", request)["messages"][1]["content"].is_null());
  EXPECT_FALSE(with_policy(R"({"empty_content":"left_out"})", request)["messages"][1].contains("content"));
}

TEST(ChatPolicy, Images) {
  const auto request = request_with(
      R"({"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64",)"
      R"("media_type":"image/png","data":"AAAA"}},{"type":"image","source":{"type":"url","url":"http://x/y"}}]})");
  EXPECT_EQ(with_policy("{}", request)["messages"][0]["content"].size(), 3u);
  const Json base64 = with_policy(R"({"images":"base64"})", request)["messages"][0]["content"];
  EXPECT_EQ(base64[1]["type"], "image_url");
  EXPECT_EQ(base64[2]["type"], "text");
  const Json none = with_policy(R"({"images":"none"})", request)["messages"][0]["content"];
  ASSERT_TRUE(none.is_string());
  EXPECT_NE(none.get<std::string>().find("image/png"), std::string::npos);
  EXPECT_EQ(none.get<std::string>().find("AAAA"), std::string::npos);
}

TEST(ChatPolicy, AToolChoiceInWords) {
  const auto choose = [](const std::string& choice) {
    return request_with(kHi, std::string(kTools) + R"(,"tool_choice":)" + choice);
  };
  const auto named = choose(R"({"type":"tool","name":"Bash"})");
  const Json words = with_policy(R"({"tool_choice":"words"})", named);
  EXPECT_EQ(words["tool_choice"], "required");
  ASSERT_EQ(words["tools"].size(), 1u);
  EXPECT_EQ(words["tools"][0]["function"]["name"], "Bash");
  const Json none = with_policy(R"({"tool_choice":"none"})", named);
  EXPECT_FALSE(none.contains("tool_choice"));
  EXPECT_EQ(none["tools"].size(), 2u);
  EXPECT_NE(none["messages"][0]["content"].get<std::string>().find("the tool Bash"), std::string::npos);
  EXPECT_FALSE(with_policy(R"({"tool_choice":"none"})", choose(R"({"type":"none"})")).contains("tools"));
  const auto single = choose(R"({"type":"auto","disable_parallel_tool_use":true})");
  const Json said = with_policy(R"({"parallel_tool_calls":false})", single);
  EXPECT_FALSE(said.contains("parallel_tool_calls"));
  EXPECT_NE(said["messages"][0]["content"].get<std::string>().find("at most one"), std::string::npos);
}

TEST(ChatPolicy, AnswersInASchemaInWords) {
  const auto request =
      request_with(kHi, R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})");
  const Json said = with_policy(R"({"response_format":"none"})", request);
  EXPECT_FALSE(said.contains("response_format"));
  EXPECT_NE(said["messages"][0]["content"].get<std::string>().find(R"({"type":"object"})"),
            std::string::npos);
}

TEST(ChatPolicy, ToolsUnstreamed) {
  const Json with_tools = with_policy(R"({"tool_replies":"whole"})", request_with(kHi, kTools));
  EXPECT_EQ(with_tools["stream"], false);
  EXPECT_FALSE(with_tools.contains("stream_options"));
  EXPECT_EQ(with_policy(R"({"tool_replies":"whole"})", request_with(kHi))["stream"], true);
  EXPECT_FALSE(with_policy(R"({"stream_options":false})", request_with(kHi)).contains("stream_options"));
}

TEST(ChatPolicy, ToolSchemasAreObjectsWithProperties) {
  const Json body = with_policy(R"({"tool_schemas":"object_with_properties"})", request_with(kHi, kTools));
  EXPECT_EQ(body["tools"][0]["function"]["parameters"].dump(),
            R"({"properties":{},"type":"object","required":["a"]})");
  EXPECT_EQ(body["tools"][1]["function"]["parameters"].dump(), R"({"type":"object","properties":{}})");
}

TEST(ChatPolicy, FurtherMembers) {
  const Json body = with_policy(R"({"extra":{"cache_salt":"x","n":1}})", request_with(kHi));
  EXPECT_EQ(body["cache_salt"], "x");
  EXPECT_EQ(body["n"], 1);
}

TEST(ChatPolicy, TheBoundOfAnAnswer) {
  EXPECT_TRUE(with_policy(R"({"max_tokens":"max_completion_tokens"})", request_with(kHi))
                  .contains("max_completion_tokens"));
}

// --- Sampling and thinking ---

TEST(ChatPolicy, TheMakersSamplingWhereTheClientSaysNothing) {
  const Json coder = from("vllm", request_with(kHi), "Qwen/Qwen3-Coder-30B");
  EXPECT_EQ(text(coder, "temperature"), "0.7");
  EXPECT_EQ(text(coder, "top_k"), "20");
  EXPECT_EQ(text(coder, "repetition_penalty"), "1.05");
  EXPECT_EQ(text(from("llama-cpp", request_with(kHi), "qwen3-coder"), "repeat_penalty"), "1.05");
  const Json asked = from("vllm", request_with(kHi, R"("temperature":0)"), "Qwen/Qwen3-Coder-30B");
  EXPECT_EQ(text(asked, "temperature"), "0");
  EXPECT_EQ(text(asked, "top_p"), "");
  EXPECT_EQ(text(from("vllm", request_with(kHi), "unheard-of"), "temperature"), "");
  const BackendProfile own = without_sampling(built_in_profile("vllm"));
  const auto plain = encode_chat_request(request_with(kHi), {own, "qwen3-coder", std::nullopt, 1});
  EXPECT_FALSE(Json::parse(*plain).contains("temperature"));
}

TEST(ChatPolicy, AThinkingModelIsSampledAsOne) {
  EXPECT_EQ(text(from("vllm", request_with(kHi), "Qwen3-30B-A3B"), "temperature"), "0.6");
  const auto off = request_with(kHi, R"("thinking":{"type":"disabled"})");
  EXPECT_EQ(text(from("vllm", off, "Qwen3-30B-A3B"), "temperature"), "0.7");
}

TEST(ChatPolicy, ThinkingIsSwitchedByTheServersMember) {
  const auto off = request_with(kHi, R"("thinking":{"type":"disabled"})");
  EXPECT_EQ(text(from("vllm", off, "Qwen3-30B-A3B"), "chat_template_kwargs"), R"({"enable_thinking":false})");
  EXPECT_EQ(text(from("vllm", off, "DeepSeek-V3.1"), "chat_template_kwargs"), R"({"thinking":false})");
  EXPECT_EQ(text(from("vllm", off, "gpt-oss-20b"), "chat_template_kwargs"), R"({"reasoning_effort":"low"})");
  EXPECT_EQ(text(from("vllm", off, "qwen3-coder"), "chat_template_kwargs"), "");
  EXPECT_EQ(text(from("ollama", off, "qwen3:8b"), "reasoning_effort"), R"("none")");
  EXPECT_EQ(text(from("openrouter", off, "qwen/qwen3-32b"), "reasoning"), R"({"enabled":false})");
  EXPECT_EQ(text(from("openrouter", off, "unheard/of"), "reasoning"), "");
  const Json soft =
      from("openai", request_with(kHi, R"("system":"s","thinking":{"type":"disabled"})"), "qwen3-8b");
  EXPECT_EQ(soft["messages"][0]["content"], "s\n\n/no_think");
}

TEST(ChatPolicy, EffortInTheModelsOwnWords) {
  const auto request = request_with(kHi, R"("output_config":{"effort":"max"})");
  EXPECT_EQ(text(from("llama-cpp", request, "gpt-oss-20b"), "chat_template_kwargs"),
            R"({"reasoning_effort":"high"})");
  EXPECT_EQ(text(from("openrouter", request, "openai/gpt-oss-120b"), "reasoning"), R"({"effort":"high"})");
}

TEST(ChatPolicy, ABegunAnswerGoesOn) {
  const auto request = request_with(std::string(kHi) + R"(,{"role":"assistant","content":"So"})");
  EXPECT_EQ(from("vllm", request, "m")["continue_final_message"], true);
  EXPECT_EQ(from("vllm", request, "m")["add_generation_prompt"], false);
  EXPECT_EQ(text(from("llama-cpp", request, "m"), "chat_template_kwargs"), R"({"enable_thinking":false})");
}

}  // namespace
}  // namespace anyclaude
