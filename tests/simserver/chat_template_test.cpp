#include "tools/simserver/chat_template.h"

#include <gtest/gtest.h>

#include "tests/simserver/recordings.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {
namespace {

ChatRequest anthropic(const Json& body) {
  auto request = read_anthropic_request(body, MaxTokensField::optional);
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ChatRequest{});
}

ChatRequest openai(const Json& body) {
  auto request = read_openai_request(body);
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ChatRequest{});
}

std::string prompt_of(const ChatRequest& request, TemplateOrder order = TemplateOrder::tools_last) {
  return render_prompt(request, order);
}

const Json kAnthropicConversation = Json::parse(R"({
  "model": "m", "max_tokens": 100,
  "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}},
             {"type": "text", "text": "Be kind."}],
  "tools": [{"name": "Read", "description": "Reads a file.",
             "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}],
  "messages": [
    {"role": "user", "content": [{"type": "text", "text": "Look."},
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}}]},
    {"role": "system", "content": "Remember the time."},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "A file.", "signature": "x"},
      {"type": "text", "text": "Reading."},
      {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "/a"}}]},
    {"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "hello"}]},
      {"type": "text", "text": "And now?"}]}
  ]})");

const Json kOpenAiConversation = Json::parse(R"({
  "model": "m",
  "tools": [{"type": "function", "function": {"name": "Read", "description": "Reads a file.",
             "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}}],
  "messages": [
    {"role": "system", "content": "Be brief.\nBe kind."},
    {"role": "user", "content": [{"type": "text", "text": "Look."},
      {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]},
    {"role": "system", "content": "Remember the time."},
    {"role": "assistant", "reasoning_content": "A file.", "content": "Reading.",
     "tool_calls": [{"id": "c1", "type": "function",
                     "function": {"name": "Read", "arguments": "{\"path\":\"/a\"}"}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "hello"},
    {"role": "user", "content": "And now?"}
  ]})");

TEST(ChatTemplate, BothEndpointsGiveOnePromptForOneMeaning) {
  EXPECT_EQ(prompt_of(anthropic(kAnthropicConversation)), prompt_of(openai(kOpenAiConversation)));
}

TEST(ChatTemplate, RendersEveryTurnWhereItStands) {
  const std::string prompt = prompt_of(anthropic(kAnthropicConversation));
  const std::string marker = media_marker("image", "QUJD");
  EXPECT_NE(prompt.find("<|im_start|>system\nBe brief.\nBe kind.\n\n# Tools"), std::string::npos) << prompt;
  EXPECT_NE(
      prompt.find(
          "\n{\"type\": \"function\", \"function\": {\"name\": \"Read\", \"description\": \"Reads a file.\","
          " \"parameters\": {\"type\": \"object\""),
      std::string::npos)
      << prompt;
  EXPECT_TRUE(prompt.ends_with(
      "<|im_end|>\n<|im_start|>user\nLook.\n" + marker +
      "<|im_end|>\n<|im_start|>system\nRemember the time.<|im_end|>\n<|im_start|>assistant\n"
      "<think>\nA file.\n</think>\n\nReading.\n<tool_call>\n{\"name\": \"Read\", \"arguments\": {\"path\": "
      "\"/a\"}}\n"
      "</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nhello\n</tool_response><|im_end|>\n"
      "<|im_start|>user\nAnd now?<|im_end|>\n<|im_start|>assistant\n"))
      << prompt;
}

TEST(ChatTemplate, OrderMovesTheTools) {
  const ChatRequest request = openai(kOpenAiConversation);
  const std::string last = prompt_of(request, TemplateOrder::tools_last);
  const std::string first = prompt_of(request, TemplateOrder::tools_first);
  EXPECT_LT(last.find("Be brief."), last.find("<tools>"));
  EXPECT_GT(first.find("Be brief."), first.find("</tools>"));
  EXPECT_NE(template_source(TemplateOrder::tools_last), template_source(TemplateOrder::tools_first));
}

TEST(ChatTemplate, AnAssistantMessageAtTheEndIsContinued) {
  const auto prompt = prompt_of(anthropic(Json::parse(
      R"({"model":"m","messages":[{"role":"user","content":"Count."},{"role":"assistant","content":"One, two,"}]})")));
  EXPECT_TRUE(prompt.ends_with("<|im_start|>assistant\nOne, two,")) << prompt;
  const auto openai_prompt = prompt_of(openai(Json::parse(
      R"({"messages":[{"role":"user","content":"Count."},{"role":"assistant","content":"One, two,"}]})")));
  EXPECT_EQ(prompt, openai_prompt);
}

TEST(ChatTemplate, StringsAndSingleTextBlocksAreTheSame) {
  const auto text = prompt_of(
      anthropic(Json::parse(R"({"model":"m","system":"S","messages":[{"role":"user","content":"Hi"}]})")));
  const auto blocks = prompt_of(anthropic(Json::parse(
      R"({"model":"m","system":[{"type":"text","text":"S"}],
          "messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{}}]}]})")));
  EXPECT_EQ(text, blocks);
}

TEST(ChatTemplate, UnknownBlocksAreShownAsJson) {
  const auto prompt = prompt_of(anthropic(Json::parse(
      R"({"model":"m","messages":[{"role":"user","content":[
           {"type":"hologram","depth":3,"cache_control":{"type":"ephemeral"}},
           {"type":"tool_result","tool_use_id":"t","content":[{"type":"tool_reference","tool_name":"X"}]}]}]})")));
  EXPECT_NE(prompt.find(R"({"type": "hologram", "depth": 3})"), std::string::npos) << prompt;
  EXPECT_NE(prompt.find(R"({"type": "tool_reference", "tool_name": "X"})"), std::string::npos) << prompt;
  EXPECT_EQ(prompt.find("cache_control"), std::string::npos);
}

TEST(ChatTemplate, FailedToolsShow) {
  const auto result = [](bool is_error) {
    Json body = Json::parse(R"({"model":"m","messages":[{"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t","content":"no such file"}]}]})");
    body["messages"][0]["content"][0]["is_error"] = is_error;
    return prompt_of(anthropic(body));
  };
  EXPECT_NE(result(true), result(false));
}

TEST(ChatTemplate, WhatTheModelDoesNotSeeMakesNoDifference) {
  Json body = recorded_body("subagent/0004");
  const std::string prompt = prompt_of(anthropic(body));
  body["metadata"] = {{"user_id", "another"}};
  body["temperature"] = 0.5;
  body.erase("stream");
  EXPECT_EQ(prompt_of(anthropic(body)), prompt);
}

TEST(RequestReader, RefusesWhatItCannotRead) {
  EXPECT_FALSE(parse_body("{").has_value());
  EXPECT_FALSE(parse_body("[]").has_value());
  const auto message_of = [](const char* body, MaxTokensField field) {
    const auto request = read_anthropic_request(Json::parse(body), field);
    return request ? std::string() : request.error().message;
  };
  EXPECT_EQ(message_of(R"({"model":"m","max_tokens":1})", MaxTokensField::required),
            "messages: Field required");
  EXPECT_EQ(
      message_of(R"({"model":"m","messages":[{"role":"user","content":"x"}]})", MaxTokensField::required),
      "max_tokens: Field required");
  EXPECT_EQ(message_of(R"({"model":"m","messages":[{"role":"user"}]})", MaxTokensField::optional),
            "messages.0.content: Field required");
  EXPECT_FALSE(
      read_openai_request(Json::parse(R"({"messages":[{"role":"wizard","content":"x"}]})")).has_value());
  EXPECT_FALSE(read_openai_request(Json::parse(R"({"messages":"x"})")).has_value());
}

}  // namespace
}  // namespace anyclaude::sim
