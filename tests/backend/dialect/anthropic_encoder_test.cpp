#include "backend/dialect/anthropic_encoder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backend/dialect/upstream_dialect.h"
#include "tests/backend/request_text.h"
#include "tests/fakes/native_profile.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

std::string encoded(const MessagesRequest& request, std::string_view mode = "llama-cpp",
                    std::optional<std::uint64_t> context_tokens = std::nullopt, std::uint64_t estimate = 10) {
  const BackendProfile& profile = native_profile(std::string(mode));
  const auto body = encode_anthropic_request(request, {profile, "qwen", context_tokens, estimate});
  if (!body) {
    ADD_FAILURE() << body.error().message;
    return "{}";
  }
  return *body;
}

Json encoded_json(const MessagesRequest& request, std::string_view mode = "llama-cpp") {
  return Json::parse(encoded(request, mode));
}

std::string messages_of(const std::string& messages, std::string_view mode = "llama-cpp") {
  return encoded_json(request_with(messages), mode)["messages"].dump();
}

constexpr const char* kHi = R"({"role":"user","content":"hi"})";
constexpr const char* kCall = R"({"role":"assistant","content":[{"type":"text","text":"Let me look."},)"
                              R"({"type":"tool_use","id":"toolu_A","name":"Read","input":{"b":1,"a":"x"}}]})";
constexpr const char* kReadTool =
    R"("tools":[{"name":"Read","description":"Reads.","input_schema":{"type":"object","properties":{}}}])";

std::string result_of(const std::string& content, const std::string& more = "") {
  return R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_A","content":)" + content +
         more + "}]}";
}

std::string called_with(const std::string& result) {
  return std::string(kHi) + "," + kCall + "," + result;
}

std::string system_message(const std::string& text) {
  return R"({"role":"system","content":")" + text + "\"}";
}

TEST(AnthropicEncoder, WritesTheWholeBodyInAFixedOrder) {
  const auto request = request_with(
      kHi, std::string(kReadTool) +
               R"(,"system":"Be brief.","temperature":0.7,"top_p":1,"top_k":40,"stop_sequences":["END"])");
  EXPECT_EQ(encoded(request),
            R"({"model":"qwen","system":"Be brief.","messages":[{"role":"user","content":[)"
            R"({"type":"text","text":"hi"}]}],"tools":[{"name":"Read","description":"Reads.",)"
            R"("input_schema":{"type":"object","properties":{}}}],"max_tokens":100,"temperature":0.7,)"
            R"("top_p":1,"top_k":40,"stop_sequences":["END"],"stream":true})");
  EXPECT_EQ(encoded(request_with(kHi), "vllm"),
            R"({"model":"qwen","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],)"
            R"("max_tokens":100,"stream":true})");
}

TEST(AnthropicEncoder, EqualMeaningGivesEqualBytes) {
  const std::string one =
      R"({"model":"a","max_tokens":5,"system":"s","stream":true,"messages":[{"role":"user","content":"hi"},)" +
      std::string(kCall) + "," + result_of(R"("ok")", R"(,"is_error":false)") + "]}";
  std::string other =
      R"({"messages":[{"content":[{"text":"hi","type":"text","cache_control":{"type":"ephemeral"}}],)"
      R"("role":"user"},)" +
      std::string(kCall) + "," + result_of(R"([{"type":"text","text":"ok"}])") +
      R"(],"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"max_tokens":5,)"
      R"("model":"b","metadata":{"user_id":"u"},"context_management":{},"unknown":1,)"
      R"("tool_choice":{"type":"auto"}})";
  for (std::size_t at = other.find("toolu_A"); at != std::string::npos; at = other.find("toolu_A"))
    other.replace(at, 7, "toolu_01Other");
  EXPECT_EQ(encoded(request_from(one)), encoded(request_from(other)));
}

TEST(AnthropicEncoder, SaysNothingThatOnlyAnthropicReads) {
  const std::string body = encoded(request_from(
      R"({"model":"a","max_tokens":5,"stream":false,"metadata":{"user_id":"u"},"safeguards":{"cwd":"/x"},)"
      R"("context_management":{"edits":[]},"service_tier":"auto","system":[{"type":"text","text":"s",)"
      R"("cache_control":{"type":"ephemeral"}}],"tools":[{"name":"Read","input_schema":{"type":"object"},)"
      R"("cache_control":{"type":"ephemeral"},"strict":true}],"messages":[{"role":"user","content":[)"
      R"({"type":"text","text":"hi","cache_control":{"type":"ephemeral"},"citations":[]}]}]})"));
  for (const char* word : {"cache_control", "ephemeral", "metadata", "safeguards", "context_management",
                           "service_tier", "citations", "strict", "null"})
    EXPECT_EQ(body.find(word), std::string::npos) << word << " in " << body;
  EXPECT_EQ(Json::parse(body)["stream"], true);
}

// --- Turns ---

TEST(AnthropicEncoder, WritesCallsAndTheirResults) {
  const std::string more = R"({"role":"user","content":[{"type":"text","text":"and now?"},)"
                           R"({"type":"tool_result","tool_use_id":"toolu_A","content":"found"}]})";
  EXPECT_EQ(
      messages_of(called_with(more)),
      R"([{"role":"user","content":[{"type":"text","text":"hi"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"Let me look."},)"
      R"({"type":"tool_use","id":"call00001","name":"Read","input":{"b":1,"a":"x"}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"call00001","content":"found"}]},)"
      R"({"role":"user","content":[{"type":"text","text":"and now?"}]}])");
}

TEST(AnthropicEncoder, NumbersCallsByFirstAppearance) {
  const std::string turns =
      R"({"role":"assistant","content":[{"type":"tool_use","id":"z","name":"Read","input":{}},)"
      R"({"type":"tool_use","id":"a","name":"Read","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"2nd"},)"
      R"({"type":"tool_result","tool_use_id":"z","content":"1st"}]})";
  const Json messages = encoded_json(request_with(std::string(kHi) + "," + turns))["messages"];
  EXPECT_EQ(messages[1]["content"][0]["id"], "call00001");
  EXPECT_EQ(messages[1]["content"][1]["id"], "call00002");
  EXPECT_EQ(messages[2]["content"][0]["tool_use_id"], "call00002");
  EXPECT_EQ(messages[2]["content"][1]["tool_use_id"], "call00001");
}

TEST(AnthropicEncoder, RolesAlternateEvenWhereATurnSaysNothing) {
  const std::string silent = std::string(kHi) +
                             R"(,{"role":"assistant","content":[)"
                             R"({"type":"redacted_thinking","data":"zzz"}]},)" +
                             kHi + "," + kHi;
  EXPECT_EQ(messages_of(silent),
            R"([{"role":"user","content":[{"type":"text","text":"hi"}]},)"
            R"({"role":"assistant","content":[{"type":"text","text":""}]},)"
            R"({"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":"hi"}]}])");
}

TEST(AnthropicEncoder, KeepsAPrefillLastAndAsSent) {
  const auto request = request_with(std::string(kHi) + R"(,{"role":"assistant","content":"The answer is "})",
                                    R"("thinking":{"type":"enabled","budget_tokens":1024})");
  const Json body = encoded_json(request);
  EXPECT_EQ(body["messages"].back().dump(),
            R"({"role":"assistant","content":[{"type":"text","text":"The answer is "}]})");
  EXPECT_EQ(body["thinking"].dump(), R"({"type":"disabled"})");
  EXPECT_EQ(body["chat_template_kwargs"].dump(), R"({"enable_thinking":false})");
}

TEST(AnthropicEncoder, ShowsThatACallFailed) {
  const Json messages = encoded_json(
      request_with(called_with(result_of(R"("no such file")", R"(,"is_error":true)"))))["messages"];
  EXPECT_EQ(messages[2]["content"][0]["content"], "[the tool call failed]\nno such file");
}

// --- System messages in mid-conversation ---

TEST(AnthropicEncoder, FoldsASystemMessageWhereItStands) {
  const std::string behind_user = std::string(kHi) + "," + system_message("note") + "," +
                                  R"({"role":"assistant","content":"ok"},{"role":"user","content":"go"})";
  EXPECT_EQ(messages_of(behind_user),
            R"([{"role":"user","content":[{"type":"text","text":"hi"},)"
            R"({"type":"text","text":"<system-reminder>\nnote\n</system-reminder>"}]},)"
            R"({"role":"assistant","content":[{"type":"text","text":"ok"}]},)"
            R"({"role":"user","content":[{"type":"text","text":"go"}]}])");
  for (const std::string& turns :
       {called_with(result_of(R"("ok")")) + "," + system_message("note"),
        std::string(kHi) + "," + kCall + "," + system_message("note") + "," + result_of(R"("ok")")}) {
    const Json messages = encoded_json(request_with(turns))["messages"];
    ASSERT_EQ(messages.size(), 3u);
    ASSERT_EQ(messages[2]["content"].size(), 1u);
    EXPECT_EQ(messages[2]["content"][0]["content"], "ok\n\n<system-reminder>\nnote\n</system-reminder>");
  }
}

TEST(AnthropicEncoder, TheConversationGrowsWithoutChangingItsBeginning) {
  const std::string first = std::string(kHi) + "," + system_message("note") + "," + kCall + "," +
                            result_of(R"([{"type":"text","text":"ok"}])");
  const std::string second =
      first + R"(,{"role":"assistant","content":"done"},{"role":"user","content":"x"})";
  const std::string before = messages_of(first);
  const std::string after = messages_of(second);
  EXPECT_TRUE(after.starts_with(before.substr(0, before.size() - 1))) << before << "\n" << after;
}

// --- Tools ---

TEST(AnthropicEncoder, DefinesADeferredToolInTheResultThatFoundIt) {
  const std::string tools =
      R"("tools":[{"name":"ToolSearch","input_schema":{}},)"
      R"({"name":"WebFetch","description":"Fetches.","input_schema":{"type":"object"},"defer_loading":true}])";
  const std::string found = result_of(R"([{"type":"tool_reference","tool_name":"WebFetch"}])");
  const Json body = encoded_json(request_with(called_with(found), tools));
  EXPECT_EQ(body["tools"].dump(),
            R"([{"name":"ToolSearch","input_schema":{"properties":{},"type":"object"}}])");
  EXPECT_NE(body["messages"][2]["content"][0]["content"].get<std::string>().find(R"("name":"WebFetch")"),
            std::string::npos);
  EXPECT_EQ(body.dump().find("defer_loading"), std::string::npos);
  EXPECT_EQ(body.dump().find("tool_reference"), std::string::npos);
}

TEST(AnthropicEncoder, MapsToolChoice) {
  const auto choice = [](const std::string& said, std::string_view mode = "vllm") {
    const Json body =
        encoded_json(request_with(kHi, std::string(kReadTool) + R"(,"tool_choice":)" + said), mode);
    return body.contains("tool_choice") ? body["tool_choice"].dump() : "";
  };
  EXPECT_EQ(choice(R"({"type":"auto"})"), "");
  EXPECT_EQ(choice(R"({"type":"any"})"), R"({"type":"any"})");
  EXPECT_EQ(choice(R"({"type":"none"})"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"({"type":"tool","name":"Read"})"), R"({"type":"tool","name":"Read"})");
  EXPECT_EQ(choice(R"({"type":"auto","disable_parallel_tool_use":true})"),
            R"({"type":"auto","disable_parallel_tool_use":true})");
  EXPECT_EQ(choice(R"({"type":"any"})", "ollama"), "");
}

TEST(AnthropicEncoder, SaysInWordsThatNoToolIsToBeCalled) {
  const Json body =
      encoded_json(request_with(kHi, std::string(kReadTool) + R"(,"tool_choice":{"type":"none"})"));
  EXPECT_EQ(body["tools"].size(), 1u);
  EXPECT_EQ(body["messages"][0]["content"].back()["text"],
            "<system-reminder>\nAnswer without a tool call.\n</system-reminder>");
}

TEST(AnthropicEncoder, ADeferredToolCannotBeForcedByName) {
  const std::string tools =
      R"("tools":[{"name":"A","input_schema":{}},{"name":"B","input_schema":{},"defer_loading":true}],)"
      R"("tool_choice":{"type":"tool","name":"B"})";
  EXPECT_EQ(encoded_json(request_with(kHi, tools), "vllm")["tool_choice"].dump(), R"({"type":"any"})");
}

TEST(AnthropicEncoder, RefusesWhatNoLocalServerCanDo) {
  const BackendProfile& profile = native_profile("llama-cpp");
  const ChatEncoding encoding{profile, "m", std::nullopt, 1};
  const auto web = encode_anthropic_request(
      request_with(kHi, R"("tools":[{"type":"web_search_20250305","name":"web_search"}])"), encoding);
  ASSERT_FALSE(web);
  EXPECT_EQ(web.error().kind, ErrorKind::invalid_request);
  const auto unknown = encode_anthropic_request(
      request_with(kHi, std::string(kReadTool) + R"(,"tool_choice":{"type":"tool","name":"Write"})"),
      encoding);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::invalid_request);
}

// --- Images ---

TEST(AnthropicEncoder, ImagesGoAsTheServerTakesThem) {
  const std::string turn =
      R"({"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png",)"
      R"("data":"iVBO"}},{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]})";
  EXPECT_EQ(messages_of(turn), R"([{"role":"user","content":[{"type":"image","source":{"type":"base64",)"
                               R"("media_type":"image/png","data":"iVBO"}},)"
                               R"({"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}])");
  const Json base64_only = encoded_json(request_with(turn), "ollama")["messages"][0]["content"];
  EXPECT_EQ(base64_only[0]["type"], "image");
  EXPECT_EQ(base64_only[1]["type"], "text");
  const Json blind = encoded_json(request_with(turn), "mlx-omni")["messages"][0]["content"];
  EXPECT_EQ(blind[0]["type"], "text");
  EXPECT_EQ(blind.dump().find("iVBO"), std::string::npos);
}

TEST(AnthropicEncoder, AnImageOfAResultStandsBehindIt) {
  const Json messages = encoded_json(request_with(
      called_with(result_of(R"([{"type":"text","text":"shot:"},{"type":"image","source":{"type":"base64",)"
                            R"("media_type":"image/png","data":"iVBO"}}])"))))["messages"];
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2]["content"][0]["type"], "tool_result");
  EXPECT_EQ(messages[3]["content"][0]["source"]["data"], "iVBO");
}

// --- Thinking and limits ---

TEST(AnthropicEncoder, SendsEarlierThinkingWhereTheServerReadsIt) {
  const std::string turns =
      std::string(kHi) +
      R"(,{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},)"
      R"({"type":"redacted_thinking","data":"zzz"},{"type":"text","text":"ok"}]},{"role":"user","content":"go"})";
  EXPECT_EQ(encoded_json(request_with(turns))["messages"][1]["content"].dump(),
            R"([{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"ok"}])");
  EXPECT_EQ(encoded_json(request_with(turns), "vllm")["messages"][1]["content"].dump(),
            R"([{"type":"text","text":"ok"}])");
}

TEST(AnthropicEncoder, SaysWhetherToThinkWhereTheServerKnowsTheWord) {
  const auto thinking = [](const std::string& said, const std::string& tokens, std::string_view mode) {
    const Json body = encoded_json(request_from(R"({"model":"a","messages":[{"role":"user","content":"hi"}],)"
                                                R"("max_tokens":)" +
                                                tokens + R"(,"thinking":)" + said + "}"),
                                   mode);
    return body.contains("thinking") ? body["thinking"].dump() : "";
  };
  const std::string on = R"({"type":"enabled","budget_tokens":4000})";
  EXPECT_EQ(thinking(on, "8000", "llama-cpp"), R"({"type":"enabled","budget_tokens":4000})");
  EXPECT_EQ(thinking(on, "3000", "llama-cpp"), R"({"type":"enabled","budget_tokens":2999})");
  EXPECT_EQ(thinking(on, "1000", "llama-cpp"), "");
  EXPECT_EQ(thinking(R"({"type":"disabled"})", "8000", "llama-cpp"), R"({"type":"disabled"})");
  EXPECT_EQ(thinking(R"({"type":"adaptive"})", "8000", "llama-cpp"), "");
  EXPECT_EQ(thinking(on, "8000", "vllm"), "");
}

TEST(AnthropicEncoder, SaysTheAnswersSchemaInWords) {
  const auto request =
      request_with(kHi, R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})");
  const Json body = encoded_json(request);
  EXPECT_FALSE(body.contains("output_config"));
  EXPECT_NE(body["messages"][0]["content"].back()["text"].get<std::string>().find(R"({"type":"object"})"),
            std::string::npos);
}

TEST(AnthropicEncoder, CutsMaxTokensToWhatFits) {
  const auto request = request_with(kHi);
  const auto max_tokens = [&](std::uint64_t context, std::uint64_t estimate) {
    return Json::parse(encoded(request, "llama-cpp", context, estimate))["max_tokens"].get<int>();
  };
  EXPECT_EQ(max_tokens(1'000, 100), 100);
  EXPECT_EQ(max_tokens(150, 100), 50);
  EXPECT_EQ(max_tokens(100, 5'000), 1);
}

// --- The whole call ---

TEST(UpstreamDialect, ANativeCallHasItsOwnPathAndHeadersMadeFromNothing) {
  BackendChoices choices;
  choices.api = Api::anthropic;
  choices.api_key = "sk-local";
  const auto settings = make_backend_settings(built_in_profile("mlx-omni"), choices);
  ASSERT_TRUE(settings) << settings.error().message;
  const auto call =
      encode_upstream_request(request_with(kHi), {settings->profile, "m", std::nullopt, 1}, *settings);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->target, "/anthropic/v1/messages");
  EXPECT_EQ(call->headers.get("anthropic-version"), "2023-06-01");
  EXPECT_EQ(call->headers.get("Authorization"), "Bearer sk-local");
  EXPECT_EQ(call->headers.get("Accept"), "text/event-stream");
  EXPECT_EQ(call->headers.get("anthropic-beta"), "");
  EXPECT_NE(call->body.find(R"("type":"text","text":"hi")"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
