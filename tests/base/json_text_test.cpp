#include "base/json_text.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace anyclaude {
namespace {

TEST(JsonText, EscapesWhatJsonAsksForAndNothingElse) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("a/b \x7f é 😀"), "\"a/b \x7f é 😀\"");
  EXPECT_EQ(json_string("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(json_string(std::string_view("\x00\x1f", 2)), R"("\u0000\u001f")");
}

TEST(JsonText, ReplacesEachByteThatIsNoUtf8) {
  constexpr auto kReplaced =
      "\"a\xEF\xBF\xBD"
      "b\"";
  EXPECT_EQ(json_string("a\xff"
                        "b"),
            kReplaced);
  EXPECT_EQ(json_string("a\xc3"
                        "b"),
            kReplaced);
  EXPECT_EQ(json_string("\xc0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"") << "an overlong form";
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") << "a surrogate";
  EXPECT_EQ(json_string("\xf4\x90\x80\x80"), json_string("\xff\xff\xff\xff")) << "beyond U+10FFFF";
  EXPECT_EQ(json_string("\xe2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"") << "cut short";
}

TEST(JsonText, KeepsTheEdgesOfUnicode) {
  for (const auto* text : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(json_string(text), "\"" + std::string(text) + "\"");
}

TEST(JsonText, AppendsToWhatIsThere) {
  std::string out = "{";
  append_json_string(out, "k");
  EXPECT_EQ(out, "{\"k\"");
}

RC_GTEST_PROP(JsonTextProperty, NoByteBreaksOutOfTheQuotes, (const std::string& bytes)) {
  const std::string text = json_string(bytes);
  RC_ASSERT(text.size() >= 2 && text.front() == '"' && text.back() == '"');
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    RC_ASSERT(static_cast<unsigned char>(text[i]) >= 0x20);
    RC_ASSERT(text[i] != '"');
    if (text[i] == '\\') ++i;
    RC_ASSERT(i + 1 < text.size());
  }
}

}  // namespace
}  // namespace anyclaude
