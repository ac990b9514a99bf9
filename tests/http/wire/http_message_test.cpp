#include "http/wire/http_message.h"

#include <gtest/gtest.h>

#include "http/wire/header_syntax.h"

namespace anyclaude {
namespace {

std::string text_of(const HeaderFields& fields) {
  std::string text;
  for (const HeaderField& field : fields) text += field.name + "=" + field.value + ";";
  return text;
}

TEST(HeaderFields, KeepsOrderAndSpelling) {
  HeaderFields fields{{"X-B", "1"}, {"x-a", "2"}};
  fields.add("X-b", "3");
  EXPECT_EQ(text_of(fields), "X-B=1;x-a=2;X-b=3;");
  EXPECT_EQ(fields.get("x-B"), "1");
  EXPECT_EQ(fields.get("absent"), "");
  EXPECT_EQ(fields.find("absent"), nullptr);
}

TEST(HeaderFields, SetReplacesAllInPlaceOfTheFirst) {
  HeaderFields fields{{"a", "1"}, {"B", "2"}, {"c", "3"}, {"b", "4"}};
  fields.set("b", "new");
  EXPECT_EQ(text_of(fields), "a=1;B=new;c=3;");
  fields.set("d", "5");
  EXPECT_EQ(text_of(fields), "a=1;B=new;c=3;d=5;");
  fields.remove("A");
  EXPECT_FALSE(fields.has("a"));
  EXPECT_EQ(fields.size(), 3u);
}

TEST(HeaderSyntax, ListsTokens) {
  const HeaderFields fields{{"Connection", "keep-alive, Close"}, {"connection", " upgrade "}, {"Other", "x"}};
  EXPECT_TRUE(lists_token(fields, "connection", "close"));
  EXPECT_TRUE(lists_token(fields, "connection", "keep-alive"));
  EXPECT_TRUE(lists_token(fields, "connection", "Upgrade"));
  EXPECT_FALSE(lists_token(fields, "connection", "clos"));
  EXPECT_FALSE(lists_token(fields, "connection", "x"));
}

TEST(HeaderSyntax, FindsTheHeadsEndFromAnywhere) {
  const std::string_view head = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest\n";
  const std::size_t size = head.find("rest");
  for (std::size_t seen = 0; seen < size; ++seen) {
    EXPECT_EQ(find_head_end(head.substr(0, seen)).state, HeadState::incomplete) << seen;
    const HeadEnd end = find_head_end(head, seen);
    EXPECT_EQ(end.state, HeadState::complete) << seen;
    EXPECT_EQ(end.size, size) << seen;
  }
}

}  // namespace
}  // namespace anyclaude
