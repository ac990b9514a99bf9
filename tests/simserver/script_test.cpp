#include "tools/simserver/script.h"

#include <gtest/gtest.h>

#include "tools/simserver/request_reader.h"
#include "tools/simserver/schema_answer.h"
#include "tools/simserver/use_lines.h"

namespace anyclaude::sim {
namespace {

const PromptIdentity kPrompt{"0123456789abcdef", 77};

ChatRequest request_of(std::string_view body) {
  auto request = read_openai_request(Json::parse(body));
  EXPECT_TRUE(request.has_value());
  return request.value_or(ChatRequest{});
}

ChatRequest asking(const std::string& text) {
  ChatRequest request;
  request.messages.push_back({Speaker::user, {text}, {}, {}});
  return request;
}

void offer(ChatRequest& request, const std::string& name, Json schema = Json::object()) {
  request.tools.push_back({name, std::move(schema), Json::object()});
}

void append_tool_round(ChatRequest& request, const ToolCall& call, const std::string& result) {
  request.messages.push_back({Speaker::assistant, {}, {}, {call}});
  request.messages.push_back({Speaker::tool, {result}, {}, {}});
}

TEST(Script, TheDefaultNamesThePrompt) {
  const Reply reply = Script().reply_to(asking("hello"), kPrompt);
  EXPECT_NE(reply.text.find(kPrompt.digest), std::string::npos);
  EXPECT_TRUE(reply.tool_calls.empty());
}

TEST(Script, UseLinesCallOneToolAfterAnother) {
  ChatRequest request = asking("Please USE Read /etc/hosts\nthen USE Bash ls -l /tmp\nand report.");
  offer(request, "Read");
  offer(request, "Bash");
  const auto first = next_planned_call(request);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->name, "Read");
  EXPECT_EQ(first->arguments, R"({"file_path": "/etc/hosts"})");
  append_tool_round(request, *first, "USE Glob ignored, for it is a result");
  const auto second = next_planned_call(request);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->arguments, R"({"command": "ls -l /tmp", "description": "run"})");
  append_tool_round(request, *second, "files");
  EXPECT_FALSE(next_planned_call(request).has_value());
  EXPECT_NE(Script().reply_to(request, kPrompt).text.find(kPrompt.digest), std::string::npos);
}

TEST(Script, EachKnownToolGetsItsArguments) {
  const auto arguments = [](const std::string& line, const std::string& offered,
                            Json schema = Json::object()) {
    ChatRequest request = asking(line);
    offer(request, offered, std::move(schema));
    const auto call = next_planned_call(request);
    return call ? call->arguments : "";
  };
  EXPECT_EQ(arguments("USE Grep a b", "Grep"), R"({"pattern": "a b"})");
  EXPECT_EQ(arguments("USE Glob *.md", "Glob"), R"({"pattern": "*.md"})");
  EXPECT_EQ(arguments("USE Write /a b c", "Write"), R"({"file_path": "/a", "content": "b c"})");
  EXPECT_EQ(arguments("USE Edit /a b c => d", "Edit"),
            R"({"file_path": "/a", "old_string": "b c", "new_string": "d"})");
  const std::string agent =
      R"({"description": "sub", "prompt": "USE Read /x", "subagent_type": "general-purpose"})";
  EXPECT_EQ(arguments("USE Task USE Read /x", "Task"), agent);
  EXPECT_EQ(arguments("USE Task USE Read /x", "Agent"), agent);
  const Json schema = {{"type", "object"}, {"properties", {{"q", {{"type", "string"}}}}}};
  EXPECT_EQ(arguments("USE mcp__find it", "mcp__find", schema), R"({"q": "it"})");
  EXPECT_EQ(arguments("USE Read /x", "Bash"), "");  // not offered
  EXPECT_EQ(arguments("nothing to USE", "Bash"), "");
}

TEST(Script, ToolChoiceNoneCallsNothing) {
  ChatRequest request = asking("USE Read /x");
  offer(request, "Read");
  request.tool_choice = ToolChoice::none;
  EXPECT_TRUE(Script().reply_to(request, kPrompt).tool_calls.empty());
}

TEST(Script, AForcedToolIsCalledWithFittingArguments) {
  ChatRequest request = asking("hello");
  const Json count = {{"type", "object"}, {"properties", {{"count", {{"type", "integer"}, {"minimum", 3}}}}}};
  offer(request, "First");
  offer(request, "Second", count);
  request.tool_choice = ToolChoice::required;
  EXPECT_EQ(Script().reply_to(request, kPrompt).tool_calls.at(0).name, "First");
  request.tool_choice = ToolChoice::named;
  request.tool_choice_name = "Second";
  const Reply reply = Script().reply_to(request, kPrompt);
  EXPECT_EQ(reply.tool_calls.at(0).name, "Second");
  EXPECT_EQ(reply.tool_calls.at(0).arguments, R"({"count": 3})");
}

TEST(Script, RulesMatchInOrder) {
  const auto script = Script::parse(R"([
    {"match": {"text": "weather", "tool_results": 1}, "reply": {"text": "It is dry."}},
    {"match": "weather", "reply": {"thinking": "Look it up.",
       "tool_calls": [{"name": "Bash", "arguments": {"command": "curl"}}]}},
    {"match": {"system": "pirate"}, "reply": {"text": "Arr."}},
    {"match": "long", "reply": {"words": 3, "fault": "slow=1"}}])");
  ASSERT_TRUE(script.has_value()) << script.error().message;
  ChatRequest request = asking("How is the weather?");
  const Reply call = script->reply_to(request, kPrompt);
  EXPECT_EQ(call.thinking, "Look it up.");
  EXPECT_EQ(call.tool_calls.at(0).arguments, R"({"command": "curl"})");
  append_tool_round(request, call.tool_calls.at(0), "dry");
  EXPECT_EQ(script->reply_to(request, kPrompt).text, "It is dry.");

  ChatRequest pirate = asking("hello");
  pirate.messages.insert(pirate.messages.begin(), {Speaker::system, {"You are a pirate"}, {}, {}});
  EXPECT_EQ(script->reply_to(pirate, kPrompt).text, "Arr.");
  const Reply words = script->reply_to(asking("a long one"), kPrompt);
  EXPECT_EQ(words.text, "word1 word2 word3");
  EXPECT_EQ(words.fault, "slow=1");
  EXPECT_NE(script->reply_to(asking("else"), kPrompt).text.find(kPrompt.digest), std::string::npos);
}

TEST(Script, RefusesWhatItDoesNotUnderstand) {
  for (const char* bad : {"{}", "[{\"match\": 3, \"reply\": {}}]", "[{\"match\": \"a\"}]",
                          "[{\"match\": {\"colour\": \"red\"}, \"reply\": {}}]",
                          "[{\"match\": \"a\", \"reply\": {\"txet\": \"a\"}}]", "not json"}) {
    EXPECT_FALSE(Script::parse(bad).has_value()) << bad;
  }
  EXPECT_FALSE(Script::load("/nowhere/script.json").has_value());
}

TEST(Script, RemindersAreNotWhatAPersonTyped) {
  ChatRequest request;
  request.messages.push_back({Speaker::user, {"<system-reminder>today</system-reminder>", "hello"}, {}, {}});
  request.messages.push_back({Speaker::assistant, {"hi"}, {}, {}});
  request.messages.push_back({Speaker::user, {"<system-reminder>later</system-reminder>"}, {}, {}});
  EXPECT_EQ(newest_user_text(request).text, "hello");
}

TEST(Script, LinesInThePromptSetTheReply) {
  const Reply said =
      Script().reply_to(asking("SIM-SAY: abc\nSIM-THINK: why\nSIM-FAULT: status=503"), kPrompt);
  EXPECT_EQ(said.text, "abc");
  EXPECT_EQ(said.thinking, "why");
  EXPECT_EQ(said.fault, "status=503");
  EXPECT_EQ(Script().reply_to(asking("SIM-WORDS: 2"), kPrompt).text, "word1 word2");
}

TEST(Script, AnswersBySchemaWhenAsked) {
  ChatRequest title = request_of(R"({"messages":[{"role":"user","content":"USE Read /x"}],
    "response_format":{"type":"json_schema","json_schema":{"name":"t","schema":{"type":"object",
      "properties":{"title":{"type":"string"}},"required":["title"],"additionalProperties":false}}}})");
  const Json answer = Json::parse(Script().reply_to(title, kPrompt).text);
  EXPECT_EQ(answer.size(), 1u);
  EXPECT_TRUE(answer.at("title").is_string());
  const auto script = Script::parse(R"([{"match": "Read", "reply": {"text": "plain"}}])");
  EXPECT_NE(script->reply_to(title, kPrompt).text,
            "plain");  // a rule for the conversation is none for its title
}

TEST(SchemaAnswer, FitsSimpleSchemas) {
  const Json schema =
      Json::parse(R"({"type":"object","$defs":{"p":{"type":"integer","minimum":5}},"properties":{
    "s":{"type":"string"},"e":{"enum":["x","y"]},"c":{"const":7},"b":{"type":"boolean"},
    "a":{"type":"array","items":{"type":"number"},"minItems":2},"n":{"type":["null","string"]},
    "o":{"anyOf":[{"type":"object","properties":{"k":{"type":"string"}}},{"type":"null"}]},
    "r":{"$ref":"#/$defs/p"},"bad":{"$ref":"#/nowhere"}}})");
  EXPECT_EQ(
      answer_for_schema(schema, "T"),
      Json::parse(R"({"s":"T","e":"x","c":7,"b":false,"a":[0,0],"n":null,"o":{"k":"T"},"r":5,"bad":"T"})"));
}

TEST(SchemaAnswer, EndsWhenASchemaRefersToItself) {
  const Json schema = Json::parse(R"({"type":"object","properties":{"next":{"$ref":"#"}}})");
  EXPECT_TRUE(answer_for_schema(schema, "T").is_object());
}

}  // namespace
}  // namespace anyclaude::sim
