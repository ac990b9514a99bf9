#include "backend/tool_calls/tool_call_schema.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

// The fitted value of a member `v`, or "no".
std::string fitted(const std::string& schema_of_v, const std::string& value) {
  const ToolCallSchema schema(R"({"type":"object","properties":{"v":)" + schema_of_v +
                              R"(},"required":["v"]})");
  const auto result = schema.fit(ToolCallSchema::Json::parse("{\"v\":" + value + "}"));
  return result ? (*result)["v"].dump() : "no";
}

TEST(ToolCallSchema, TakesWhatFits) {
  EXPECT_EQ(fitted(R"({"type":"string"})", R"("5")"), R"("5")");
  EXPECT_EQ(fitted(R"({"type":"integer"})", "5"), "5");
  EXPECT_EQ(fitted(R"({"type":"integer"})", "5.0"), "5.0");
  EXPECT_EQ(fitted(R"({"type":["number","null"]})", "null"), "null");
  EXPECT_EQ(fitted(R"({})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(fitted("true", "1"), "1");
  EXPECT_EQ(fitted(R"({"$ref":"#/$defs/Nowhere"})", "1"), "1");
}

TEST(ToolCallSchema, ChangesWhereOneReadingIsLeft) {
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"("5")"), "5");
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"("5.0")"), "5");
  EXPECT_EQ(fitted(R"({"type":"number"})", R"("-1.5e3")"), "-1500.0");
  EXPECT_EQ(fitted(R"({"type":"boolean"})", R"("True")"), "true");
  EXPECT_EQ(fitted(R"({"type":"array","items":{"type":"integer"}})", R"("[1,\"2\"]")"), "[1,2]");
  EXPECT_EQ(fitted(R"({"type":"object"})", R"("{\"a\":1}")"), R"({"a":1})");
  EXPECT_EQ(fitted(R"({"type":"string"})", "7"), R"("7")");
  EXPECT_EQ(fitted(R"({"type":"string"})", "true"), R"("true")");
  EXPECT_EQ(fitted(R"({"enum":[1,2]})", R"("2")"), "2");
  EXPECT_EQ(fitted(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})", R"("3")"), "3");
  EXPECT_EQ(fitted(R"({"anyOf":[{"type":"integer"},{"type":"string"}]})", R"("3")"), R"("3")");
}

TEST(ToolCallSchema, RefusesWhatDoesNotFit) {
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"("5s")"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"("")"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"(" 5")"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer"})", "5.5"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer"})", R"("123456789012345678901234567890")"), "no");
  EXPECT_EQ(fitted(R"({"type":"boolean"})", "1"), "no");
  EXPECT_EQ(fitted(R"({"type":"boolean"})", R"("yes")"), "no");
  EXPECT_EQ(fitted(R"({"type":"string"})", "null"), "no");
  EXPECT_EQ(fitted(R"({"type":"string"})", "[]"), "no");
  EXPECT_EQ(fitted(R"({"type":"array"})", R"("a,b")"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer","minimum":1})", "0"), "no");
  EXPECT_EQ(fitted(R"({"type":"integer","exclusiveMaximum":5})", "5"), "no");
  EXPECT_EQ(fitted(R"({"type":"string","minLength":2})", R"("é")"), "no");
  EXPECT_EQ(fitted(R"({"type":"array","maxItems":1})", "[1,2]"), "no");
  EXPECT_EQ(fitted(R"({"const":"a"})", R"("b")"), "no");
  EXPECT_EQ(fitted(R"({"type":["integer","boolean"]})", "null"), "no");
  EXPECT_EQ(fitted(R"({"allOf":[{"type":"string"},{"maxLength":1}]})", R"("ab")"), "no");
  EXPECT_EQ(fitted("false", "1"), "no");
}

// "5" could be either, once both are asked for in one place.
TEST(ToolCallSchema, DoesNotChooseBetweenTwoReadings) {
  EXPECT_EQ(fitted(R"({"anyOf":[{"type":"array","items":{"type":"integer"}},)"
                   R"({"type":"array","items":{"type":"boolean"}}]})",
                   R"(["1"])"),
            "[1]");
  EXPECT_EQ(fitted(R"({"anyOf":[{"type":"object","properties":{"a":{"type":"integer"}}},)"
                   R"({"type":"object","properties":{"a":{"const":1.5},"b":{"type":"integer"}}}]})",
                   R"({"a":"1","b":"2"})"),
            R"({"a":1,"b":"2"})");
  EXPECT_EQ(
      fitted(R"({"anyOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"integer"}}}]})",
             R"({"a":"1","b":"2"})"),
      "no");
}

TEST(ToolCallSchema, ReferencesMayLeadInCircles) {
  const ToolCallSchema schema(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})");
  EXPECT_FALSE(schema.fit(ToolCallSchema::Json::object()));
}

TEST(ToolCallSchema, TextThatIsNoSchemaDemandsAnObject) {
  const ToolCallSchema schema("nonsense");
  EXPECT_TRUE(schema.fit(ToolCallSchema::Json{{"a", 1}}));
  EXPECT_FALSE(schema.fit(ToolCallSchema::Json::array()));
}

}  // namespace
}  // namespace anyclaude
