#include "messages/json/json_spans.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

std::vector<std::string> children_of(std::string_view text) {
  std::vector<std::string> texts;
  for (const JsonSpan& span : json_children(text, json_value_span(text)))
    texts.emplace_back(text.substr(span.begin, span.end - span.begin));
  return texts;
}

TEST(JsonSpans, ChildrenStandAsTheyWereWritten) {
  EXPECT_EQ(children_of(R"( [1 , "a,]\"" ,{"b":[2]}, [] ] )"),
            (std::vector<std::string>{"1", R"("a,]\"")", R"({"b":[2]})", "[]"}));
  EXPECT_EQ(children_of(R"({"k\"}":true,"l" : {"m":"}"} , "n":-1.5e3})"),
            (std::vector<std::string>{"true", R"({"m":"}"})", "-1.5e3"}));
  EXPECT_TRUE(children_of("[ ]").empty());
  EXPECT_TRUE(children_of("{}").empty());
}

TEST(JsonSpans, CutChildrenTakeTheirCommasAndNothingElse) {
  const std::string text = "[ 0 ,1,  2 , 3 ]";
  const auto children = json_children(text, json_value_span(text));
  const auto cut = [&](std::vector<bool> gone) {
    return without_spans(text, cuts_from_array(children, gone));
  };
  EXPECT_EQ(cut({false, false, false, false}), text);
  EXPECT_EQ(cut({true, false, false, false}), "[ 1,  2 , 3 ]");
  EXPECT_EQ(cut({false, true, true, false}), "[ 0 , 3 ]");
  EXPECT_EQ(cut({false, false, false, true}), "[ 0 ,1,  2 ]");
  EXPECT_EQ(cut({true, true, false, true}), "[ 2 ]");
  EXPECT_EQ(cut({true, true, true, true}), "[  ]");
}

}  // namespace
}  // namespace anyclaude
