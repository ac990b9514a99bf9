#include "schema/json_schema.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bounded_json.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

using Json = JsonSchema::Json;

std::string_view name_of(SchemaVerdict verdict) {
  switch (verdict) {
    case SchemaVerdict::fits:
      return "fits";
    case SchemaVerdict::does_not_fit:
      return "does not fit";
    case SchemaVerdict::not_decided:
      return "not decided";
  }
  return "";
}

SchemaVerdict check(const std::string& schema, const std::string& value,
                    std::uint64_t steps = limits::kSchemaStepsMax) {
  SchemaSteps budget(steps);
  return JsonSchema(schema).check(parse_ordered_json(value), budget);
}

void expect_fits(const std::string& schema, std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    EXPECT_EQ(name_of(check(schema, value)), "fits") << schema << " takes " << value;
}

void expect_no_fit(const std::string& schema, std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    EXPECT_EQ(name_of(check(schema, value)), "does not fit") << schema << " takes " << value;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// --- Keywords that are judged ---

TEST(JsonSchema, Types) {
  expect_fits(R"({"type":"string"})", {R"("x")", R"("")", R"("5")"});
  expect_no_fit(R"({"type":"string"})", {"5", "true", "null", "[]", "{}"});
  expect_fits(R"({"type":"number"})", {"5", "-5", "5.5", "1e300"});
  expect_no_fit(R"({"type":"number"})", {R"("5")", "true", "null"});
  expect_fits(R"({"type":"integer"})", {"5", "5.0", "-0", "1e3", "18446744073709551615"});
  expect_no_fit(R"({"type":"integer"})", {"5.5", R"("5")", "1e300"});
  expect_fits(R"({"type":"boolean"})", {"true", "false"});
  expect_no_fit(R"({"type":"boolean"})", {R"("true")", "1", "null"});
  expect_fits(R"({"type":"null"})", {"null"});
  expect_no_fit(R"({"type":"null"})", {R"("null")", "false", "0"});
  expect_fits(R"({"type":"array"})", {"[]", "[1]"});
  expect_no_fit(R"({"type":"array"})", {R"("[]")", "{}"});
  expect_fits(R"({"type":"object"})", {"{}", R"({"a":1})"});
  expect_no_fit(R"({"type":"object"})", {R"("{}")", "[]"});
}

TEST(JsonSchema, ListsOfTypes) {
  expect_fits(R"({"type":["string","null"]})", {R"("x")", "null"});
  expect_no_fit(R"({"type":["string","null"]})", {"1", "[]"});
  expect_fits(R"({"type":["string","a type of tomorrow"]})", {"1"});
  expect_fits(R"({"type":[]})", {"1"});
  expect_fits(R"({"type":7})", {"1"});
}

TEST(JsonSchema, Enum) {
  expect_fits(R"({"enum":["a",1,null]})", {R"("a")", "1", "1.0", "null"});
  expect_no_fit(R"({"enum":["a",1,null]})", {R"("b")", R"("1")", "true", "[]"});
  expect_fits(R"({"enum":[{"a":1,"b":[2]}]})", {R"({"a":1,"b":[2]})", R"({"b":[2],"a":1})"});
  expect_no_fit(R"({"enum":[{"a":1,"b":[2]}]})", {R"({"a":1})", R"({"a":1,"b":[3]})"});
  expect_no_fit(R"({"enum":[]})", {"1"});
  expect_fits(R"({"enum":"a"})", {"1"});
}

TEST(JsonSchema, Const) {
  expect_fits(R"({"const":"a"})", {R"("a")"});
  expect_no_fit(R"({"const":"a"})", {R"("b")", "null"});
  expect_fits(R"({"const":null})", {"null"});
  expect_fits(R"({"const":[{"a":1,"b":2}]})", {R"([{"b":2,"a":1}])"});
  expect_no_fit(R"({"const":[1,2]})", {"[2,1]", "[1]"});
}

TEST(JsonSchema, RequiredMembers) {
  expect_fits(R"({"required":["a","b"]})", {R"({"a":1,"b":null})", "1", "[]"});
  expect_no_fit(R"({"required":["a","b"]})", {R"({"a":1})", "{}"});
  expect_fits(R"({"required":[]})", {"{}"});
  expect_fits(R"({"required":"a"})", {"{}"});
  expect_fits(R"({"required":[1]})", {"{}"});
}

TEST(JsonSchema, Properties) {
  const std::string schema = R"({"properties":{"a":{"type":"integer"},"b":false,"c":true}})";
  expect_fits(schema, {"{}", R"({"a":1})", R"({"c":[]})", R"({"d":"more"})"});
  expect_no_fit(schema, {R"({"a":"1"})", R"({"b":1})", R"({"a":null})"});
  expect_fits(R"({"properties":2})", {R"({"a":1})"});
  expect_fits(R"({"properties":{"a":3}})", {R"({"a":1})"});
}

TEST(JsonSchema, AdditionalProperties) {
  const std::string closed = R"({"properties":{"a":{}},"additionalProperties":false})";
  expect_fits(closed, {R"({"a":1})", "{}"});
  expect_no_fit(closed, {R"({"a":1,"b":2})"});
  const std::string typed = R"({"properties":{"a":{}},"additionalProperties":{"type":"integer"}})";
  expect_fits(typed, {R"({"a":"x","b":2})"});
  expect_no_fit(typed, {R"({"b":"x"})"});
}

TEST(JsonSchema, Items) {
  expect_fits(R"({"items":{"type":"integer"}})", {"[]", "[1,2]", R"("no list")"});
  expect_no_fit(R"({"items":{"type":"integer"}})", {R"([1,"2"])"});
  expect_fits(R"({"items":false})", {"[]"});
  expect_no_fit(R"({"items":false})", {"[1]"});
}

TEST(JsonSchema, NestedValues) {
  const std::string schema =
      R"({"properties":{"edits":{"type":"array","items":{"type":"object","required":["old"],)"
      R"("properties":{"old":{"type":"string"}},"additionalProperties":false}}}})";
  expect_fits(schema, {R"({"edits":[{"old":"x"},{"old":"y"}]})"});
  expect_no_fit(schema, {R"({"edits":[{"old":"x"},{}]})", R"({"edits":[{"old":1}]})",
                         R"({"edits":[{"old":"x","new":"y"}]})"});
}

TEST(JsonSchema, Branches) {
  const std::string two = R"([{"type":"string","maxLength":2},{"type":"integer"}])";
  for (const std::string keyword : {"anyOf", "oneOf"}) {
    const std::string schema = "{\"" + keyword + "\":" + two + "}";
    expect_fits(schema, {R"("ab")", "7"});
    expect_no_fit(schema, {R"("abc")", "null", R"({"a":1})"});
    expect_no_fit("{\"" + keyword + "\":[]}", {"1"});
    expect_fits("{\"" + keyword + "\":1}", {"1"});
  }
  expect_fits(R"({"allOf":[{"type":"string"},{"maxLength":2}]})", {R"("ab")"});
  expect_no_fit(R"({"allOf":[{"type":"string"},{"maxLength":2}]})", {R"("abc")", "1"});
  expect_no_fit(R"({"type":"string","anyOf":[{"type":"integer"}]})", {"1", R"("a")"});
}

TEST(JsonSchema, References) {
  const std::string schema =
      R"({"$defs":{"n":{"type":"integer"},"deep":{"n":{"type":"null"}}},"properties":{)"
      R"("a":{"$ref":"#/$defs/n"},"b":{"$ref":"#/$defs/deep/n"},"c":{"$ref":"#/$defs/n","minimum":5}}})";
  expect_fits(schema, {R"({"a":1,"b":null,"c":5})"});
  expect_no_fit(schema, {R"({"a":"1"})", R"({"b":1})", R"({"c":4})", R"({"c":"x"})"});
  expect_fits(R"({"definitions":{"n":{"const":1}},"$ref":"#/definitions/n"})", {"1"});
}

TEST(JsonSchema, ReferencesToItself) {
  const std::string tree =
      R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","required":["v"],"properties":{)"
      R"("v":{"type":"integer"},"next":{"$ref":"#/$defs/node"}}}}})";
  expect_fits(tree, {R"({"v":1,"next":{"v":2,"next":{"v":3}}})"});
  expect_no_fit(tree, {R"({"v":1,"next":{"v":2,"next":{}}})", R"({"v":1,"next":{"v":"2"}})"});
}

TEST(JsonSchema, BoundsOfNumbers) {
  expect_fits(R"({"minimum":1,"maximum":2})", {"1", "1.5", "2", R"("0")"});
  expect_no_fit(R"({"minimum":1,"maximum":2})", {"0.9", "2.1", "-1"});
  expect_fits(R"({"exclusiveMinimum":1,"exclusiveMaximum":2})", {"1.5"});
  expect_no_fit(R"({"exclusiveMinimum":1,"exclusiveMaximum":2})", {"1", "2"});
  expect_fits(R"({"minimum":"1","exclusiveMinimum":true})", {"0"});
}

TEST(JsonSchema, Lengths) {
  expect_fits(R"({"minLength":2,"maxLength":3})", {R"("ab")", R"("äöü")", R"("😀😀")", "7"});
  expect_no_fit(R"({"minLength":2,"maxLength":3})", {R"("ä")", R"("abcd")", R"("")"});
  expect_fits(R"({"minItems":1,"maxItems":2})", {"[1]", "[1,2]"});
  expect_no_fit(R"({"minItems":1,"maxItems":2})", {"[]", "[1,2,3]"});
  expect_fits(R"({"minProperties":1,"maxProperties":1})", {R"({"a":1})"});
  expect_no_fit(R"({"minProperties":1,"maxProperties":1})", {"{}", R"({"a":1,"b":2})"});
}

TEST(JsonSchema, Booleans) {
  expect_fits("true", {"1", "{}"});
  expect_no_fit("false", {"1", "{}"});
}

// --- What is not judged counts as valid ---

TEST(JsonSchema, KeywordsThatAreNotJudgedDemandNothing) {
  expect_fits(R"({"pattern":"^a+$"})", {R"("b")"});
  expect_fits(R"({"pattern":"(("})", {R"("b")"});
  for (const std::string format : {"date-time", "email", "uri", "uuid", "ipv4", "regex", "unheard-of"})
    expect_fits(R"({"type":"string","format":")" + format + "\"}", {R"("none of these")"});
  expect_fits(R"({"multipleOf":2})", {"3"});
  expect_fits(R"({"uniqueItems":true})", {"[1,1]"});
  expect_fits(R"({"contains":{"const":1}})", {"[2]"});
  expect_fits(R"({"not":{}})", {"1"});
  expect_fits(R"({"if":true,"then":false})", {"1"});
  expect_fits(R"({"propertyNames":{"maxLength":1}})", {R"({"ab":1})"});
  expect_fits(R"({"dependentRequired":{"a":["b"]}})", {R"({"a":1})"});
  expect_fits(R"({"unevaluatedProperties":false})", {R"({"a":1})"});
  expect_fits(R"({"x-anything":{"type":"null"},"title":7,"default":[]})", {"1"});
}

TEST(JsonSchema, ItemsBesidePrefixItemsDemandNothing) {
  expect_fits(R"({"prefixItems":[{"type":"string"}],"items":false})", {R"(["a"])", "[1]"});
  expect_fits(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", {R"(["a",1])"});
  expect_no_fit(R"({"type":"array","minItems":2,"prefixItems":[{},{}]})", {R"(["a"])"});
  expect_fits(R"({"items":[{"type":"string"}],"additionalItems":false})", {"[1,2]"});
}

TEST(JsonSchema, AdditionalPropertiesBesidePatternsDemandNothing) {
  const std::string schema = R"({"patternProperties":{"^x":{"type":"null"}},"additionalProperties":false})";
  expect_fits(schema, {R"({"a":1})", R"({"x":1})"});
}

TEST(JsonSchema, TwoBranchesOfOneOfMayFit) {
  expect_fits(R"({"oneOf":[{"type":"integer"},{"minimum":0}]})", {"1"});
}

TEST(JsonSchema, ReferencesThatLeadNowhereDemandNothing) {
  for (const std::string ref : {"#", "#/", "#/$defs/none", "#/$defs/list/0", "#/$defs/a~1b", "#/$defs/a%20b",
                                "#anchor", "other.json", "https://example.org/schema.json#/$defs/n"})
    expect_fits(R"({"$defs":{"a/b":false,"a b":false,"list":[false]},"$ref":")" + ref + "\"}", {"1"});
  expect_fits(R"({"$ref":7})", {"1"});
}

TEST(JsonSchema, TextThatIsNoSchemaDemandsNothing) {
  for (const std::string schema : {"", "{", "nonsense", "[]", "7", "null", "\"string\""})
    expect_fits(schema, {"1", "{}", "[]"});
}

// --- Bounded work ---

TEST(JsonSchema, CirclesAreNotDecided) {
  EXPECT_EQ(check(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})", "{}"),
            SchemaVerdict::not_decided);
  EXPECT_EQ(check(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})", "1"),
            SchemaVerdict::not_decided);
  // What another part says first counts.
  EXPECT_EQ(
      check(R"({"allOf":[{"type":"string"},{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/a"}}})", "1"),
      SchemaVerdict::does_not_fit);
  EXPECT_EQ(
      check(R"({"anyOf":[{"$ref":"#/$defs/a"},{"type":"integer"}],"$defs":{"a":{"$ref":"#/$defs/a"}}})", "1"),
      SchemaVerdict::fits);
}

TEST(JsonSchema, BranchesThatMultiplyAreNotDecided) {
  const std::string twice = R"({"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]})";
  EXPECT_EQ(check(R"({"$ref":"#/$defs/a","$defs":{"a":)" + twice + "}}", "1", 100'000),
            SchemaVerdict::not_decided);
}

TEST(JsonSchema, SchemasDeeperThanTheBoundDemandNothing) {
  const auto nested = [](std::size_t levels) {
    return repeated(R"({"items":)", levels) + R"({"type":"string"})" + repeated("}", levels);
  };
  const auto lists = [](std::size_t levels) { return repeated("[", levels) + "1" + repeated("]", levels); };
  const auto depth = static_cast<std::size_t>(limits::kSchemaDepthMax);
  EXPECT_EQ(check(nested(depth), lists(depth)), SchemaVerdict::does_not_fit);
  EXPECT_EQ(check(nested(depth + 1), lists(depth + 1)), SchemaVerdict::not_decided);
  EXPECT_EQ(check(nested(limits::kJsonDepthMax + 1), lists(limits::kJsonDepthMax)), SchemaVerdict::fits);
}

TEST(JsonSchema, DeepValuesAreJudgedAsDeepAsTheSchemaGoes) {
  const std::string value = repeated("[", limits::kJsonDepthMax) + "1" + repeated("]", limits::kJsonDepthMax);
  expect_fits(R"({"type":"array"})", {value});
  expect_no_fit(R"({"items":{"items":{"type":"string"}}})", {value});
  EXPECT_EQ(check(R"({"items":{"$ref":"#/$defs/a"},"$defs":{"a":{"items":{"$ref":"#/$defs/a"}}}})", value),
            SchemaVerdict::not_decided);
}

TEST(JsonSchema, HugeSchemasAreJudgedWithinTheSteps) {
  std::string properties = R"("p":{"type":"integer"})";
  for (int i = 0; i < 1000; ++i) properties += ",\"p" + std::to_string(i) + R"(":{"type":"integer"})";
  expect_fits("{\"properties\":{" + properties + "}}", {R"({"p":1,"p999":2})"});
  expect_no_fit("{\"properties\":{" + properties + "}}", {R"({"p":1,"p999":"2"})"});
  EXPECT_EQ(check("{\"properties\":{" + properties + "}}", R"({"p":1,"p999":2})", 100),
            SchemaVerdict::not_decided);
}

// Each of these asks for much work in few visits.
TEST(JsonSchema, EveryKindOfWorkIsCounted) {
  constexpr std::uint64_t kSteps = 50'000;
  const auto all_of = [](const std::string& part) {
    return R"({"allOf":[)" + part + repeated("," + part, 500) + ']';
  };
  // Characters are counted anew for each length.
  EXPECT_EQ(check(all_of(R"({"minLength":1})") + '}', '"' + std::string(100'000, 'x') + '"', kSteps),
            SchemaVerdict::not_decided);
  // The value is compared with each of those listed.
  const std::string list = repeated("0,", 1000);
  EXPECT_EQ(check(R"({"enum":[[)" + list + "0]" + repeated(",[" + list + "0]", 100) + "]}", '[' + list + "1]",
                  kSteps),
            SchemaVerdict::not_decided);
  // References are looked for among many members, and many members among keywords.
  std::string members;
  for (int i = 0; i < 500; ++i) members += "\"m" + std::to_string(i) + "\":1,";
  const std::string references = all_of(R"({"$ref":"#/$defs/a"})");
  EXPECT_EQ(check(references + R"(,"$defs":{)" + members + R"("a":{}}})", "1", kSteps),
            SchemaVerdict::not_decided);
  EXPECT_EQ(check(references + R"(,"$defs":{"a":{)" + members + R"("type":"integer"}}})", "1", kSteps),
            SchemaVerdict::not_decided);
}

TEST(JsonSchema, ChecksShareTheSteps) {
  const JsonSchema schema(R"({"items":{"type":"integer"}})");
  SchemaSteps steps(20);
  const Json value = parse_ordered_json("[1,2,3]");
  EXPECT_EQ(schema.check(value, steps), SchemaVerdict::fits);
  EXPECT_EQ(schema.check(value, steps), SchemaVerdict::fits);
  EXPECT_EQ(schema.check(value, steps), SchemaVerdict::not_decided);
  EXPECT_EQ(schema.check(value, steps), SchemaVerdict::not_decided);
}

// --- Fitting ---

TEST(JsonSchema, WhatFitsIsNotChanged) {
  for (const std::string value : {R"({"a":1,"b":["x",null],"c":{"d":2.5}})", "{}"}) {
    SchemaSteps steps;
    const JsonSchema schema(
        R"({"properties":{"a":{"type":"integer"},"b":{"items":{"type":["string","null"]}}}})");
    Json changed = parse_ordered_json(value);
    EXPECT_TRUE(schema.fit(changed, steps));
    EXPECT_EQ(changed.dump(), value);
    EXPECT_EQ(schema.check(changed, steps), SchemaVerdict::fits);
  }
}

TEST(JsonSchema, WhatWasMadeToFitPassesTheCheck) {
  const JsonSchema schema(
      R"({"type":"object","additionalProperties":false,"required":["n"],"properties":{)"
      R"("n":{"type":"integer","minimum":1},"b":{"type":"boolean"},"s":{"type":"string"},)"
      R"("l":{"anyOf":[{"type":"array","items":{"type":"number"}},{"type":"null"}]}}})");
  for (const std::string value :
       {R"({"n":"5"})", R"({"n":5,"b":"True","s":7})", R"({"n":5,"s":null})", R"({"n":1,"l":"[1,\"2\"]"})"}) {
    SchemaSteps steps;
    Json changed = parse_ordered_json(value);
    EXPECT_EQ(schema.check(changed, steps), SchemaVerdict::does_not_fit) << value;
    EXPECT_TRUE(schema.fit(changed, steps)) << value;
    EXPECT_EQ(schema.check(changed, steps), SchemaVerdict::fits) << changed;
  }
}

TEST(JsonSchema, WhatIsNotDecidedIsNotFitted) {
  SchemaSteps none(0);
  Json value = 1;
  EXPECT_FALSE(JsonSchema("{}").fit(value, none));
}

}  // namespace
}  // namespace anyclaude
