#include "messages/json/json_document.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/limits.h"

namespace anyclaude {
namespace {

std::string canonical_text(std::string_view json) {
  const auto document = JsonDocument::parse(std::string(json));
  return document ? canonical_json(document->root()) : "refused: " + document.error().message;
}

void expect_refused(std::string_view json, std::string_view part_of_message) {
  const auto document = JsonDocument::parse(std::string(json));
  ASSERT_FALSE(document.has_value()) << json;
  EXPECT_EQ(document.error().kind, ErrorKind::invalid_request) << json;
  EXPECT_EQ(document.error().source, ErrorSource::client) << json;
  EXPECT_NE(document.error().message.find(part_of_message), std::string::npos) << document.error().message;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonDocument, KeepsTheBodyAsReceived) {
  const std::string body = " { \"b\" : \"\\ud800\" , \"a\" : 18446744073709551616 } ";
  const auto document = JsonDocument::parse(body);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->body(), body);
}

TEST(JsonDocument, DoesNotMoveABodyThatHasRoomForThePadding) {
  std::string body = R"({"a":"a text too long for the string's own small buffer"})";
  body.reserve(body.size() + JsonDocument::kPadding);
  const char* const where = body.data();
  const auto document = JsonDocument::parse(std::move(body));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->body().data(), where);
}

TEST(JsonDocument, CanBeMovedWithItsElements) {
  auto document = JsonDocument::parse(R"({"a":"text"})");
  ASSERT_TRUE(document.has_value());
  const auto root = document->root();
  const JsonDocument moved = std::move(*document);
  EXPECT_EQ(canonical_json(root), R"({"a":"text"})");
  EXPECT_EQ(canonical_json(moved.root()), R"({"a":"text"})");
}

TEST(JsonDocument, RefusesWhatIsNotOneJsonValue) {
  for (const auto* text : {"", " ", "{", "{}{}", "{} x", "{'a':1}", "[1,]", "{\"a\":01}", "{\"a\":+1}",
                           "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":NaN}", "\xEF\xBB\xBF{}",
                           "{\"a\":\"\\q\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\x01\"}", "{\"a\":\"", "nul"})
    expect_refused(text, "not valid JSON");
}

TEST(JsonDocument, RefusesBytesThatAreNotUtf8) {
  for (const auto* text : {"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}"})
    expect_refused(text, "UTF-8");
}

TEST(JsonDocument, DepthIsLimited) {
  EXPECT_TRUE(JsonDocument::parse(nested(limits::kJsonDepthMax)).has_value());
  expect_refused(nested(limits::kJsonDepthMax + 1), "deeper than 128");
  expect_refused(nested(1'000'000), "deeper than 128");
  expect_refused(std::string(1'000'000, '['), "");
}

TEST(JsonDocument, RefusesAKeyTwiceInOneObjectWhereverItStands) {
  for (const auto* text : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"":1,"":2})",
                           R"([{"x":{"y":[0,{"k":1,"l":2,"k":3}]}}])", R"({"a":"\ud800","b":1,"b":2})"})
    expect_refused(text, "same key twice");
}

TEST(JsonDocument, AllowsAKeyInDifferentObjects) {
  EXPECT_TRUE(JsonDocument::parse(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}})").has_value());
}

TEST(JsonDocument, FindsADuplicateAmongAnyNumberOfKeys) {
  for (const int count : {3, 31, 32, 33, 34, 64, 1000}) {
    for (const int twin : {0, count / 2, count - 2}) {
      std::string body = "{";
      for (int i = 0; i < count - 1; ++i) body += "\"key" + std::to_string(i) + "\":0,";
      EXPECT_TRUE(JsonDocument::parse(body + "\"last\":0}").has_value()) << count;
      expect_refused(body + "\"key" + std::to_string(twin) + "\":0}", "same key twice");
    }
  }
}

TEST(JsonRepair, ReadsALoneSurrogateAsTheReplacementCharacter) {
  EXPECT_EQ(canonical_text(R"(["\ud800"])"), "[\"\xEF\xBF\xBD\"]");
  EXPECT_EQ(canonical_text(R"(["\udc00x"])"), "[\"\xEF\xBF\xBDx\"]");
  EXPECT_EQ(canonical_text(R"(["\ud83d\ud83d\ude00"])"), "[\"\xEF\xBF\xBD😀\"]");
  EXPECT_EQ(canonical_text(R"(["\uD800\u0041"])"),
            "[\"\xEF\xBF\xBD"
            "A\"]");
  EXPECT_EQ(canonical_text(R"({"\udfff":1})"), "{\"\xEF\xBF\xBD\":1}");
  EXPECT_EQ(canonical_text(R"(["\\ud800"])"), R"(["\\ud800"])") << "an escaped backslash is no escape";
}

TEST(JsonRepair, ReadsAWideNumberAsTheNearestDouble) {
  EXPECT_EQ(canonical_text("[18446744073709551615]"), "[18446744073709551615]");
  EXPECT_EQ(canonical_text("[18446744073709551616]"), "[1.8446744073709552e+19]");
  EXPECT_EQ(canonical_text("[-9223372036854775809]"), "[-9223372036854775808]");
  EXPECT_EQ(canonical_text("[" + std::string(400, '9') + "]"), "[1.7976931348623157e+308]");
  EXPECT_EQ(canonical_text("[1e400,-1E+400]"), "[1.7976931348623157e+308,-1.7976931348623157e+308]");
  EXPECT_EQ(canonical_text("[1e-400]"), "[0]");
}

TEST(JsonRepair, SaysWhatAndWhere) {
  const std::string body = R"({"m":[{"t":"a\ufffdb\ud800c"},1, 1e999 ],"\udc00":"x"})";
  const auto document = JsonDocument::parse(body);
  ASSERT_TRUE(document.has_value());
  const auto& repairs = document->repairs();
  ASSERT_EQ(repairs.size(), 3u);
  EXPECT_EQ(repairs[0].kind, JsonRepair::Kind::lone_surrogate);
  EXPECT_EQ(repairs[0].place, R"(."m"[0]."t"#1)") << "the second replacement character of that string";
  EXPECT_EQ(repairs[0].text, "\\ud800");
  EXPECT_EQ(repairs[1].kind, JsonRepair::Kind::wide_number);
  EXPECT_EQ(repairs[1].place, R"(."m"[2])");
  EXPECT_EQ(repairs[1].text, "1e999");
  EXPECT_EQ(repairs[2].place, R"(."\udc00"~key#0)");
  for (const JsonRepair& repair : repairs)
    EXPECT_EQ(body.substr(repair.offset, repair.text.size()), repair.text);
}

TEST(JsonRepair, PlacesStayShortAndTellApart) {
  const auto at = [](const std::string& key, std::size_t depth) {
    const auto document = JsonDocument::parse("{\"" + key + "\":" + std::string(depth, '[') + "1e999" +
                                              std::string(depth, ']') + "}");
    return document.value().repairs().at(0).place;
  };
  const std::string long_key(100'000, 'k');
  for (const std::string& place : {at(long_key, 1), at("k", 100)}) EXPECT_LT(place.size(), 200u);
  EXPECT_NE(at(long_key, 1), at(long_key + "k", 1));
  EXPECT_NE(at(long_key, 1), at(long_key, 2));
  EXPECT_NE(at("k", 99), at("k", 100));
}

TEST(JsonRepair, HasALimit) {
  const auto with_wide_numbers = [](std::size_t count) {
    std::string body = "[";
    for (std::size_t i = 0; i < count; ++i) body += i == 0 ? "1e999" : ",1e999";
    return body + "]";
  };
  EXPECT_TRUE(JsonDocument::parse(with_wide_numbers(limits::kJsonRepairsMax)).has_value());
  expect_refused(with_wide_numbers(limits::kJsonRepairsMax + 1), "more than 10000");
  expect_refused(with_wide_numbers(1'000'000), "more than 10000");
}

TEST(JsonRepair, DoesNotMakeBrokenTextGood) {
  for (const auto* text :
       {R"(["\ud800)", R"(["\ud800"}])", R"({"a":"\ud800",})", R"(["\ud800\q"])", R"(["\ud8)", "[1e999",
        "[1e999e1]", "[--18446744073709551616]", "[018446744073709551616]"})
    expect_refused(text, "not valid JSON");
}

RC_GTEST_PROP(JsonRepairProperty, NeverReadsOutsideOfHostileText, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "\\ud800", "\\udc00", "\\", "\\u", "\\u12", "\"", "{", "}", "[", "]", ":", ",", "1e999", "-",
      "99999999999999999999", "a", "\xEF\xBF\xBD", "\xff", " ", "0", "e", "."));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  const auto document = JsonDocument::parse(text);
  if (document) RC_ASSERT(document->body() == text);
}

TEST(CanonicalJson, SpellsANumberOneWay) {
  for (const auto* text : {"1", "1.0", "1e0", "10e-1", "0.1e1", "100E-2"})
    EXPECT_EQ(canonical_text(text), "1");
  for (const auto* text : {"0", "-0", "0.0", "-0.0", "0e9"}) EXPECT_EQ(canonical_text(text), "0");
  EXPECT_EQ(canonical_text("9007199254740992.0"), "9007199254740992");
  EXPECT_EQ(canonical_text("1e17"), canonical_text("100000000000000000"));
  EXPECT_EQ(canonical_text("0.1"), "0.1");
  EXPECT_EQ(canonical_text("-2.50"), "-2.5");
  EXPECT_EQ(canonical_text("0.1000000000000000055511151231257827"), "0.1");
  EXPECT_EQ(canonical_text("5e-324"), "5e-324");
  EXPECT_EQ(canonical_text("1e300"), "1e+300");
  EXPECT_EQ(canonical_text("-9223372036854775808"), "-9223372036854775808");
  EXPECT_NE(canonical_text("9007199254740993"), canonical_text("9007199254740992"));
}

TEST(CanonicalJson, SortsKeysBytewiseAndEscapesShortest) {
  EXPECT_EQ(canonical_text(" { \"b\" : [ 1 , { } , [ ] ] , \"a\" : null , \"B\" : true , \"\" : false } "),
            R"({"":false,"B":true,"a":null,"b":[1,{},[]]})");
  EXPECT_EQ(canonical_text(R"("\u0041\/\u000a\u00e9\ud83d\ude00\u0001")"), "\"A/\\né😀\\u0001\"");
}

RC_GTEST_PROP(CanonicalJsonProperty, OfANumberReadsBackAsThatNumber, ()) {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  double value = 0;
  static_assert(sizeof value == sizeof bits);
  std::memcpy(&value, &bits, sizeof value);
  RC_PRE(value == value && value - value == 0);
  std::array<char, 64> spelled{};
  std::snprintf(spelled.data(), spelled.size(), "%.17g", value);
  const std::string once = canonical_text(spelled.data());
  RC_ASSERT(canonical_text(once) == once);
  RC_ASSERT(std::strtod(once.c_str(), nullptr) == value);
}

}  // namespace
}  // namespace anyclaude
