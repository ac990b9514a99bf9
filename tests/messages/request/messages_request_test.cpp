#include "messages/request/messages_request.h"

#include <gtest/gtest.h>

#include <string>

#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

Result<MessagesRequest> parse(const std::string& json, RequestPurpose purpose = RequestPurpose::answer) {
  const auto document = JsonDocument::parse(json);
  if (!document) return tl::unexpected<Error>(document.error());
  return parse_messages_request(*document, purpose);
}

// A request that is whole but for what `members` adds.
Result<MessagesRequest> parse_with(const std::string& members) {
  return parse(R"({"model":"m","max_tokens":10,"messages":[{"role":"user","content":"hi"}])" +
               (members.empty() ? "" : "," + members) + "}");
}

// A request whose first message has this content.
Result<MessagesRequest> parse_content(const std::string& content) {
  return parse(R"({"model":"m","max_tokens":10,"messages":[{"role":"user","content":)" + content + "}]}");
}

std::string error_of(const Result<MessagesRequest>& request) {
  if (request) return "no error";
  EXPECT_EQ(request.error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(request.error().source, ErrorSource::client);
  return request.error().message;
}

template <typename Block>
const Block& only_block(const Result<MessagesRequest>& request) {
  return std::get<Block>(request.value().messages.at(0).content.at(0).value);
}

TEST(MessagesRequest, ReadsTheSmallestRequest) {
  const auto request = parse_with("");
  ASSERT_TRUE(request) << error_of(request);
  EXPECT_EQ(request->model, "m");
  EXPECT_EQ(request->max_tokens, 10u);
  ASSERT_EQ(request->messages.size(), 1u);
  EXPECT_EQ(request->messages[0].role, Role::user);
  EXPECT_EQ(only_block<TextBlock>(request).text, "hi");
  EXPECT_EQ(request->delivery, Delivery::whole);
  EXPECT_FALSE(request->tool_choice || request->temperature || request->top_p || request->top_k);
  EXPECT_EQ(request->thinking.mode, ThinkingMode::unspecified);
}

TEST(MessagesRequest, NamesWhatIsMissing) {
  EXPECT_EQ(error_of(parse(R"({"max_tokens":1,"messages":[{"role":"user","content":""}]})")),
            "model: Field required");
  EXPECT_EQ(error_of(parse(R"({"model":"m","max_tokens":1})")), "messages: Field required");
  EXPECT_EQ(error_of(parse(R"({"model":"m","max_tokens":1,"messages":null})")), "messages: Field required");
  EXPECT_EQ(error_of(parse(R"({"model":"m","messages":[{"role":"user","content":""}]})")),
            "max_tokens: Field required");
  EXPECT_EQ(error_of(parse(R"({"model":"m","max_tokens":1,"messages":[]})")),
            "messages: at least one message is required");
  EXPECT_EQ(error_of(parse("[]")), "Input should be an object");
}

TEST(MessagesRequest, CountingTokensNeedsNoMaxTokens) {
  EXPECT_TRUE(
      parse(R"({"model":"m","messages":[{"role":"user","content":""}]})", RequestPurpose::count_tokens));
}

TEST(MessagesRequest, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(error_of(parse_with(R"("temperature":"hot")")), "temperature: Input should be a valid number");
  EXPECT_EQ(error_of(parse_with(R"("top_k":1.5)")), "top_k: Input should be a valid integer");
  EXPECT_EQ(error_of(parse_with(R"("top_k":-1)")), "top_k: Input should be greater than or equal to 0");
  EXPECT_EQ(error_of(parse_with(R"("stream":"yes")")), "stream: Input should be a valid boolean");
  EXPECT_EQ(error_of(parse_with(R"("system":7)")), "system: Input should be a valid string or list");
  EXPECT_EQ(error_of(parse_with(R"("system":[{"type":"image","source":{"type":"base64","data":""}}])")),
            "system: Input should be a list of text blocks");
  EXPECT_EQ(error_of(parse_with(R"("stop_sequences":["a",1])")),
            "stop_sequences.1: Input should be a valid string");
  EXPECT_EQ(error_of(parse_with(R"("tools":[{"name":"a"},{}])")), "tools.1.name: Field required");
  EXPECT_EQ(error_of(parse_with(R"("tools":[{"name":"a","input_schema":[]}])")),
            "tools.0.input_schema: Input should be an object");
  EXPECT_EQ(error_of(parse_with(R"("tool_choice":{"type":"some"})")),
            "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'");
  EXPECT_EQ(error_of(parse_with(R"("tool_choice":{"type":"tool"})")), "tool_choice.name: Field required");
  EXPECT_EQ(error_of(parse_with(R"("output_config":{"format":{"type":"json_schema"}})")),
            "output_config.format.schema: Field required");
}

TEST(MessagesRequest, NamesThePlaceOfWhatIsWrongInMessages) {
  EXPECT_EQ(error_of(parse_content("1")), "messages.0.content: Input should be a valid string or list");
  EXPECT_EQ(error_of(parse_content("[1]")), "messages.0.content.0: Input should be an object");
  EXPECT_EQ(error_of(parse_content("[{}]")), "messages.0.content.0.type: Field required");
  EXPECT_EQ(error_of(parse_content(R"([{"type":"text"}])")), "messages.0.content.0.text: Field required");
  EXPECT_EQ(error_of(parse_content(R"([{"type":"tool_use","id":"i","name":"n"}])")),
            "messages.0.content.0.input: Field required");
  EXPECT_EQ(error_of(parse_content(R"([{"type":"tool_use","id":"i","name":"n","input":"{}"}])")),
            "messages.0.content.0.input: Input should be an object");
  EXPECT_EQ(
      error_of(parse_content(R"([{"type":"tool_result","tool_use_id":"i","content":[{"type":"text"}]}])")),
      "messages.0.content.0.content.0.text: Field required");
  EXPECT_EQ(error_of(parse_content(R"([{"type":"image","source":{"type":"url"}}])")),
            "messages.0.content.0.source.url: Field required");
  EXPECT_EQ(error_of(parse(R"({"model":"m","max_tokens":1,"messages":[{"role":"tool","content":""}]})")),
            "messages.0.role: Input should be 'user', 'assistant' or 'system'");
  EXPECT_EQ(error_of(parse(R"({"model":"m","max_tokens":1,"messages":[{"role":"user"}]})")),
            "messages.0.content: Field required");
}

TEST(MessagesRequest, ErrorsRepeatNothingOfThePrompt) {
  const auto request = parse_content(R"([{"type":"text","text":["a secret"]}])");
  EXPECT_EQ(error_of(request).find("secret"), std::string::npos);
}

TEST(MessagesRequest, MaxTokensIsAPositiveWholeNumberHoweverSpelled) {
  const auto with = [](const std::string& number) {
    return parse(R"({"model":"m","messages":[{"role":"user","content":""}],"max_tokens":)" + number + "}");
  };
  EXPECT_EQ(with("32000").value().max_tokens, 32000u);
  EXPECT_EQ(with("3.2e4").value().max_tokens, 32000u);
  EXPECT_EQ(error_of(with("0")), "max_tokens: Input should be greater than or equal to 1");
  EXPECT_EQ(error_of(with("-5")), "max_tokens: Input should be greater than or equal to 0");
  EXPECT_EQ(error_of(with("1e300")), "max_tokens: Input should be a valid integer");
  EXPECT_EQ(error_of(with("\"10\"")), "max_tokens: Input should be a valid integer");
}

TEST(MessagesRequest, ANullIsAbsentWhereAValueIsOptional) {
  const auto request = parse_with(
      R"("system":null,"tools":null,"tool_choice":null,"temperature":null,"thinking":null,"stream":null,)"
      R"("stop_sequences":null,"output_config":null,"metadata":null)");
  ASSERT_TRUE(request) << error_of(request);
  EXPECT_FALSE(request->temperature || request->tool_choice);
}

TEST(MessagesRequest, LeavesOutTheAttributionBlockAndNothingElse) {
  const auto request =
      parse_with(R"("system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.197.c61; )"
                 R"(cc_entrypoint=cli;"},)"
                 R"({"type":"text","text":"You are.","cache_control":{"type":"ephemeral"}},)"
                 R"({"type":"text","text":"x-anthropic-billing-header: v;\nand what was said behind it"},)"
                 R"({"type":"poem","lines":1,"cache_control":{}}])");
  ASSERT_TRUE(request) << error_of(request);
  ASSERT_EQ(request->system.size(), 3u);
  EXPECT_EQ(request->system[0].text, "You are.");
  EXPECT_TRUE(request->system[1].text.ends_with("behind it"));
  EXPECT_EQ(request->system[2].text, R"({"type":"poem","lines":1})");
  EXPECT_EQ(parse_with(R"("system":"plain")").value().system.at(0).text, "plain");
  EXPECT_TRUE(parse_with(R"("system":"x-anthropic-billing-header: cc_version=2.1.99.0af; cc_entrypoint=cli; )"
                         R"(cch=00000;\n")")
                  .value()
                  .system.empty());
}

TEST(MessagesRequest, KeepsSystemMessagesWhereTheyStand) {
  const auto request = parse(R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},)"
                             R"({"role":"system","content":[{"type":"text","text":"b"}]},)"
                             R"({"role":"assistant","content":"c"}]})");
  ASSERT_TRUE(request) << error_of(request);
  EXPECT_EQ(request->messages[1].role, Role::system);
  EXPECT_EQ(request->messages[2].role, Role::assistant);
}

TEST(MessagesRequest, ReadsToolCallsAndResults) {
  const auto use =
      parse_content(R"([{"type":"tool_use","id":"toolu_1","name":"Read","input":{"b":1.0,"a":[]}}])");
  EXPECT_EQ(only_block<ToolUseBlock>(use).id, "toolu_1");
  EXPECT_EQ(only_block<ToolUseBlock>(use).input.text, R"({"b":1.0,"a":[]})");
  EXPECT_EQ(only_block<ToolUseBlock>(use).input.meaning(), R"({"a":[],"b":1})");
  const auto result = parse_content(
      R"([{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[)"
      R"({"type":"text","text":"out"},{"type":"tool_reference","tool_name":"Grep"},)"
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}]}])");
  const auto& block = only_block<ToolResultBlock>(result);
  EXPECT_EQ(block.outcome, ToolOutcome::error);
  ASSERT_EQ(block.content.size(), 3u);
  EXPECT_EQ(std::get<ToolReferenceBlock>(block.content[1].value).tool_name, "Grep");
  EXPECT_EQ(std::get<ImageBlock>(block.content[2].value).data, "AA==");
  const auto plain =
      parse_content(R"([{"type":"tool_result","tool_use_id":"t","content":"out","is_error":false}])");
  EXPECT_EQ(only_block<ToolResultBlock>(plain).content.size(), 1u);
  EXPECT_EQ(only_block<ToolResultBlock>(plain).outcome, ToolOutcome::ok);
  EXPECT_TRUE(only_block<ToolResultBlock>(parse_content(R"([{"type":"tool_result","tool_use_id":"t"}])"))
                  .content.empty());
}

TEST(MessagesRequest, ReadsImagesAndDocumentsFromEverySource) {
  EXPECT_EQ(
      only_block<ImageBlock>(parse_content(R"([{"type":"image","source":{"type":"url","url":"https://x"}}])"))
          .source,
      MediaSource::url);
  EXPECT_EQ(
      only_block<ImageBlock>(parse_content(R"([{"type":"image","source":{"type":"file","file_id":"f1"}}])"))
          .data,
      "f1");
  const auto text = parse_content(R"([{"type":"document","title":"T","context":"C",)"
                                  R"("source":{"type":"text","media_type":"text/plain","data":"body"}}])");
  const auto& document = only_block<DocumentBlock>(text);
  EXPECT_EQ(document.source, MediaSource::text);
  EXPECT_EQ(document.media_type + document.data + document.title + document.context, "text/plainbodyTC");
  const auto list =
      parse_content(R"([{"type":"document","source":{"type":"content","content":[)"
                    R"({"type":"text","text":"a","cache_control":{}},{"type":"text","text":"b"}]}}])");
  EXPECT_EQ(only_block<DocumentBlock>(list).source, MediaSource::other);
  EXPECT_EQ(only_block<DocumentBlock>(list).other.text,
            R"({"type":"content","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})");
  EXPECT_EQ(only_block<DocumentBlock>(list).other.meaning(),
            R"({"content":[{"text":"a","type":"text"},{"text":"b","type":"text"}],"type":"content"})");
}

TEST(MessagesRequest, ReadsThinkingAndKeepsUnknownBlocks) {
  const auto thinking = parse_content(R"([{"type":"thinking","thinking":"hm","signature":"s"}])");
  EXPECT_EQ(only_block<ThinkingBlock>(thinking).thinking, "hm");
  EXPECT_EQ(only_block<ThinkingBlock>(thinking).signature, "s");
  EXPECT_EQ(
      only_block<RedactedThinkingBlock>(parse_content(R"([{"type":"redacted_thinking","data":"d"}])")).data,
      "d");
  const auto unknown =
      parse_content(R"([{"type":"hologram","z":1,"a":{"cache_control":1},"cache_control":{}}])");
  EXPECT_EQ(only_block<UnknownBlock>(unknown).type, "hologram");
  EXPECT_EQ(only_block<UnknownBlock>(unknown).json.text,
            R"({"type":"hologram","z":1,"a":{"cache_control":1}})");
}

TEST(MessagesRequest, ReadsTools) {
  const auto request =
      parse_with(R"("tools":[{"name":"Read","description":"reads","cache_control":{},)"
                 R"("input_schema":{"type":"object","properties":{"cache_control":{"type":"string"}}}},)"
                 R"({"type":"custom","name":"Later","defer_loading":true},)"
                 R"({"type":"web_search_20250305","name":"web_search"}])");
  ASSERT_TRUE(request) << error_of(request);
  const auto& tools = request->tools;
  EXPECT_EQ(tools[0].input_schema.text,
            R"({"type":"object","properties":{"cache_control":{"type":"string"}}})");
  EXPECT_EQ(tools[0].input_schema.meaning(),
            R"({"properties":{"cache_control":{"type":"string"}},"type":"object"})");
  EXPECT_EQ(tools[0].side, ToolSide::client);
  EXPECT_EQ(tools[1].side, ToolSide::client);
  EXPECT_EQ(tools[1].loading, ToolLoading::deferred);
  EXPECT_EQ(tools[1].input_schema.text, "{}");
  EXPECT_EQ(tools[2].side, ToolSide::server);
}

TEST(MessagesRequest, ReadsToolChoice) {
  EXPECT_EQ(parse_with(R"("tool_choice":{"type":"auto"})").value().tool_choice->kind,
            ToolChoiceKind::automatic);
  EXPECT_EQ(parse_with(R"("tool_choice":{"type":"any"})").value().tool_choice->kind, ToolChoiceKind::any);
  EXPECT_EQ(parse_with(R"("tool_choice":{"type":"none"})").value().tool_choice->kind, ToolChoiceKind::none);
  const auto named =
      parse_with(R"("tool_choice":{"type":"tool","name":"Read","disable_parallel_tool_use":true})");
  EXPECT_EQ(named.value().tool_choice->kind, ToolChoiceKind::named);
  EXPECT_EQ(named.value().tool_choice->name, "Read");
  EXPECT_EQ(named.value().tool_choice->parallel, ParallelTools::forbidden);
}

TEST(MessagesRequest, ReadsSettings) {
  const auto request = parse_with(
      R"("temperature":1,"top_p":0.5,"top_k":40,"stop_sequences":["a","b"],"stream":true,)"
      R"("thinking":{"type":"enabled","budget_tokens":31999},)"
      R"("output_config":{"effort":"high","format":{"type":"json_schema","schema":{"b":1,"a":2}}})");
  ASSERT_TRUE(request) << error_of(request);
  EXPECT_EQ(request->temperature, 1.0);
  EXPECT_EQ(request->top_p, 0.5);
  EXPECT_EQ(request->top_k, 40u);
  EXPECT_EQ(request->stop_sequences, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request->delivery, Delivery::stream);
  EXPECT_EQ(request->thinking.mode, ThinkingMode::enabled);
  EXPECT_EQ(request->thinking.budget_tokens, 31999u);
  EXPECT_EQ(request->output.effort, "high");
  EXPECT_EQ(request->output.json_schema->text, R"({"b":1,"a":2})");
  EXPECT_EQ(parse_with(R"("thinking":{"type":"adaptive"})").value().thinking.mode, ThinkingMode::adaptive);
  EXPECT_EQ(parse_with(R"("thinking":{"type":"sideways"})").value().thinking.mode, ThinkingMode::unspecified);
}

// The field that came before output_config.format counts where the newer one is silent.
TEST(MessagesRequest, ReadsTheOlderOutputFormat) {
  const std::string older = R"("output_format":{"type":"json_schema","schema":{"old":1}})";
  const std::string newer = R"("output_config":{"format":{"type":"json_schema","schema":{"new":1}}})";
  EXPECT_EQ(parse_with(older).value().output.json_schema->text, R"({"old":1})");
  EXPECT_EQ(parse_with(older + "," + newer).value().output.json_schema->text, R"({"new":1})");
  EXPECT_EQ(parse_with(newer + "," + older).value().output.json_schema->text, R"({"new":1})");
}

TEST(MessagesRequest, KeepsFieldsWithoutAPlaceOfTheirOwn) {
  const auto request = parse_with(
      R"("safeguards":{"b":1,"a":2},"brand_new":[1.0],"metadata":{"user_id":"u"},"cache_control":{})");
  ASSERT_TRUE(request) << error_of(request);
  ASSERT_EQ(request->unknown_fields.size(), 2u);
  EXPECT_EQ(request->unknown_fields[0].name, "safeguards");
  EXPECT_EQ(request->unknown_fields[0].json, R"({"a":2,"b":1})");
  EXPECT_EQ(request->unknown_fields[1].name, "brand_new");
  EXPECT_EQ(request->unknown_fields[1].json, "[1]");
}

}  // namespace
}  // namespace anyclaude
