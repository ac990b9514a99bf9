#include "cache/admission.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/limits.h"

namespace anyclaude {
namespace {

using nlohmann::json;

json text_block(const std::string& text) {
  return {{"type", "text"}, {"text", text}};
}

json call_block(const std::string& name, json input) {
  return {{"type", "tool_use"}, {"id", "toolu_1"}, {"name", name}, {"input", std::move(input)}};
}

AdmissionVerdict judge_message(json content, const std::string& stop_reason,
                               const std::vector<OfferedTool>& offered = {}) {
  return judge(MessageCompleteness::complete, {{"content", std::move(content)}, {"stop_reason", stop_reason}},
               offered);
}

AdmissionVerdict judge_input(const json& input, const std::string& schema) {
  return judge_message(json::array({call_block("Read", input)}), "tool_use", {{"Read", schema}});
}

TEST(Admission, AdmitsTextAndValidCalls) {
  EXPECT_EQ(judge_message(json::array({text_block("hi")}), "end_turn"), AdmissionVerdict::admitted);
  EXPECT_EQ(judge_message(json::array({text_block("hi")}), "stop_sequence"), AdmissionVerdict::admitted);
  EXPECT_EQ(judge_input({{"path", "x"}}, R"({"type":"object"})"), AdmissionVerdict::admitted);
  EXPECT_EQ(judge_message(json::array({text_block(""), call_block("Read", json::object())}), "tool_use",
                          {{"Read", "{}"}}),
            AdmissionVerdict::admitted);
}

TEST(Admission, RefusesWhatIsNotWhole) {
  const json message = {{"content", json::array({text_block("hi")})}, {"stop_reason", "end_turn"}};
  for (const auto completeness :
       {MessageCompleteness::nothing, MessageCompleteness::incomplete, MessageCompleteness::failed})
    EXPECT_EQ(judge(completeness, message, {}), AdmissionVerdict::not_complete);
  for (const json& broken : {json(), json::array(), json::object(), json{{"stop_reason", "end_turn"}},
                             json{{"content", "hi"}, {"stop_reason", "end_turn"}},
                             json{{"content", json::array({1})}, {"stop_reason", "end_turn"}},
                             json{{"content", message["content"]}, {"stop_reason", nullptr}}})
    EXPECT_EQ(judge(MessageCompleteness::complete, broken, {}), AdmissionVerdict::not_complete) << broken;
}

TEST(Admission, RefusesByStopReason) {
  const json content = json::array({text_block("hi")});
  EXPECT_EQ(judge_message(content, "max_tokens"), AdmissionVerdict::cut_off);
  EXPECT_EQ(judge_message(content, "model_context_window_exceeded"), AdmissionVerdict::cut_off);
  EXPECT_EQ(judge_message(content, "refusal"), AdmissionVerdict::refused);
  EXPECT_EQ(judge_message(content, "pause_turn"), AdmissionVerdict::paused);
}

TEST(Admission, RefusesBlankAnswers) {
  EXPECT_EQ(judge_message(json::array(), "end_turn"), AdmissionVerdict::blank);
  EXPECT_EQ(judge_message(json::array({text_block(" \n\t")}), "end_turn"), AdmissionVerdict::blank);
  EXPECT_EQ(judge_message(json::array({{{"type", "thinking"}, {"thinking", "hm"}}}), "end_turn"),
            AdmissionVerdict::blank);
}

TEST(Admission, RefusesCallsNobodyOffered) {
  EXPECT_EQ(judge_message(json::array({call_block("Write", json::object())}), "tool_use", {{"Read", "{}"}}),
            AdmissionVerdict::tool_not_offered);
  EXPECT_EQ(judge_message(json::array({text_block("hi"), call_block("Read", json::object()),
                                       call_block("", json::object())}),
                          "tool_use", {{"Read", "{}"}}),
            AdmissionVerdict::tool_not_offered);
}

TEST(Admission, RefusesACallThatWasAnnouncedAndIsNotThere) {
  EXPECT_EQ(judge_message(json::array({text_block("I read the file.")}), "tool_use", {{"Read", "{}"}}),
            AdmissionVerdict::tool_input_invalid);
}

TEST(Admission, InputIsAnObjectWithWhatIsRequired) {
  constexpr auto kSchema = R"({"type":"object","required":["path"],"properties":{"path":{"type":"string"}}})";
  EXPECT_EQ(judge_input({{"path", "x"}, {"more", 1}}, kSchema), AdmissionVerdict::admitted);
  EXPECT_EQ(judge_input(json::object(), kSchema), AdmissionVerdict::tool_input_invalid);
  for (const json& input : {json("text"), json(), json::array(), json(1)})
    EXPECT_EQ(judge_input(input, "{}"), AdmissionVerdict::tool_input_invalid) << input;
}

TEST(Admission, InputHasTheTypesTheSchemaNames) {
  const auto judge_value = [](const json& value, const std::string& type) {
    return judge_input({{"v", value}}, R"({"properties":{"v":{"type":)" + type + "}}}") ==
           AdmissionVerdict::admitted;
  };
  EXPECT_TRUE(judge_value("x", R"("string")"));
  EXPECT_FALSE(judge_value(5, R"("string")"));
  EXPECT_TRUE(judge_value(5, R"("integer")"));
  EXPECT_TRUE(judge_value(5.0, R"("integer")"));
  EXPECT_FALSE(judge_value(5.5, R"("integer")"));
  EXPECT_FALSE(judge_value(1e300, R"("integer")"));
  EXPECT_FALSE(judge_value("5", R"("integer")"));
  EXPECT_TRUE(judge_value(5, R"("number")"));
  EXPECT_TRUE(judge_value(true, R"("boolean")"));
  EXPECT_FALSE(judge_value("true", R"("boolean")"));
  EXPECT_TRUE(judge_value(json::array(), R"("array")"));
  EXPECT_FALSE(judge_value("[]", R"("array")"));
  EXPECT_TRUE(judge_value(json::object(), R"("object")"));
  EXPECT_FALSE(judge_value("{}", R"("object")"));
  EXPECT_TRUE(judge_value(nullptr, R"(["string","null"])"));
  EXPECT_FALSE(judge_value(1, R"(["string","null"])"));
  EXPECT_TRUE(judge_value(1, R"("a type of tomorrow")"));
  EXPECT_TRUE(judge_value(1, "7"));
}

TEST(Admission, InputFitsTheSchemaInDepth) {
  constexpr auto kSchema =
      R"({"type":"object","additionalProperties":false,"required":["edits"],"properties":{"edits":{"type":"array",)"
      R"("minItems":1,"items":{"type":"object","required":["old"],"properties":{"old":{"type":"string"},)"
      R"("mode":{"enum":["one","all"]}}}}}})";
  const auto judge_edits = [&](const char* edits) {
    return judge_input({{"edits", json::parse(edits)}}, kSchema);
  };
  EXPECT_EQ(judge_edits(R"([{"old":"x","mode":"all"},{"old":"y"}])"), AdmissionVerdict::admitted);
  for (const auto* edits : {"[]", "[{}]", R"([{"old":1}])", R"([{"old":"x","mode":"some"}])"})
    EXPECT_EQ(judge_edits(edits), AdmissionVerdict::tool_input_invalid) << edits;
  EXPECT_EQ(judge_input({{"edits", json::parse(R"([{"old":"x"}])")}, {"more", 1}}, kSchema),
            AdmissionVerdict::tool_input_invalid);
}

TEST(Admission, InputThatTheSchemaDoesNotDecideIsAdmitted) {
  EXPECT_EQ(judge_input(json::object(), R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})"),
            AdmissionVerdict::admitted);
  EXPECT_EQ(judge_input({{"v", 1}}, R"({"properties":{"v":{"multipleOf":2}}})"), AdmissionVerdict::admitted);
}

TEST(Admission, ASchemaThatCannotBeReadDemandsNothingMore) {
  for (const auto* schema :
       {"", "[]", "{", R"({"required":1,"properties":2})", R"({"required":[1],"properties":{"v":3}})"}) {
    EXPECT_EQ(judge_input({{"v", 1}}, schema), AdmissionVerdict::admitted) << schema;
  }
}

TEST(Admission, RefusesWhatIsTooLarge) {
  const auto of_size = [](std::size_t size) {
    return judge_message(json::array({text_block(std::string(size, 'x'))}), "end_turn");
  };
  EXPECT_EQ(of_size(limits::kStoredMessageBytesMax - 1000), AdmissionVerdict::admitted);
  EXPECT_EQ(of_size(limits::kStoredMessageBytesMax), AdmissionVerdict::too_large);
}

}  // namespace
}  // namespace anyclaude
