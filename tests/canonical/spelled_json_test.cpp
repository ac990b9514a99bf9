// JSON as its client spelled it: in order, with its numbers, and given back from a code.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "canonical/request_fixtures.h"
#include "messages/json/json_document.h"
#include "messages/json/json_spelling.h"
#include "messages/json/json_text_writer.h"

namespace anyclaude {
namespace {

SpelledJson spelled(const std::string& text) {
  const auto document = JsonDocument::parse(text);
  EXPECT_TRUE(document) << text;
  if (!document) return {};
  return spelled_json(NumberSpellings::of(*document), document->root());
}

TEST(SpelledJson, KeepsOrderAndNumbersAndNothingElse) {
  const SpelledJson json = spelled(
      "{ \"b\" : [ 1.0 , 1e3, {\"y\":-0,\"x\":0.10} , 2.50 ], \"a\" : 12345678901234567890123, \"\" : "
      "\"\\u0041\\/\", "
      "\"__proto__\" : {}, \"\\u0000\" : [], \"9\":1e400 }");
  EXPECT_EQ(json.text,
            R"({"b":[1.0,1e3,{"y":-0,"x":0.10},2.50],"a":12345678901234567890123,"":"A/","__proto__":{},)"
            R"("\u0000":[],"9":1e400})");
  EXPECT_EQ(json.meaning(), R"({"":"A/","\u0000":[],"9":1.7976931348623157e+308,"__proto__":{},)"
                            R"("a":1.2345678901234568e+22,"b":[1,1000,{"x":0.1,"y":0},2.5]})");
}

TEST(SpelledJson, HasOneTextWhereItIsCanonical) {
  const SpelledJson json = spelled(R"({ "a" : 1, "b" : {"c" : "x"} })");
  EXPECT_EQ(json.text, R"({"a":1,"b":{"c":"x"}})");
  EXPECT_TRUE(json.canonical.empty());
  EXPECT_TRUE(spelling_code(json).empty());
}

TEST(SpelledJson, ALoneSurrogateBesideNumbersMovesNone) {
  EXPECT_EQ(spelled(R"({"b":"\ud800 1.0","a":[2.0,"\"3.0",4.0]})").text,
            "{\"b\":\"\xEF\xBF\xBD 1.0\",\"a\":[2.0,\"\\\"3.0\",4.0]}");
}

TEST(SpelledJson, ACodeOfAnotherValueGivesNothingOrAValueOfTheSameMeaning) {
  const SpelledJson one = spelled(R"({"b":1,"a":{"z":1.0,"y":2}})");
  EXPECT_EQ(spell(R"({"a":1,"b":2,"c":3})", spelling_code(one)).value_or("none"), "none");
  EXPECT_EQ(spell(R"([])", spelling_code(one)).value_or("none"), "none");
  EXPECT_EQ(spell(R"({"a":1,"b":2})", "\x01\x05").value_or("none"), "none");
  EXPECT_EQ(spell(R"({"a":1,"b":2})", "\x01\x01\x01").value_or("none"), "none");
}

RC_GTEST_PROP(SpelledJson, AnyRespellingMeansTheSameAndComesBackFromItsCode, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = random_request(random);
  const std::string text = spelled_at_random(request, random);
  const SpelledJson json = spelled(text);
  RC_ASSERT(json.meaning() == spelled(request.dump()).meaning());
  // An ordered parse of both: the same members in the same order, the same values.
  RC_ASSERT(Json::parse(json.text) == Json::parse(text));
  RC_ASSERT(spell(json.meaning(), spelling_code(json)).value_or("none") == json.text);
}

}  // namespace
}  // namespace anyclaude
