#include "http/wire/sse.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "base/limits.h"

namespace anyclaude {

bool operator==(const SseEvent& left, const SseEvent& right) {
  return left.name == right.name && left.data == right.data;
}
void PrintTo(const SseEvent& event, std::ostream* out) {
  *out << "{" << event.name << "|" << event.data << "}";
}

namespace {

using Events = std::vector<SseEvent>;

Events parse(const std::vector<std::string_view>& pieces) {
  Events events;
  SseParser parser;
  const auto collect = [&](const SseEvent& event) { events.push_back(event); };
  for (const std::string_view piece : pieces) EXPECT_TRUE(parser.feed(piece, collect));
  parser.finish(collect);
  return events;
}

struct Case {
  std::string_view text;
  Events events;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"data: a\n\n", {{"", "a"}}},
      {"event: ping\ndata: {\"type\": \"ping\"}\n\n", {{"ping", "{\"type\": \"ping\"}"}}},
      {"event:x\r\ndata:y\r\n\r\nevent: z\r\ndata: w\r\n\r\n", {{"x", "y"}, {"z", "w"}}},
      {"data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
      {"data: a\r\ndata: b\rdata: c\n\n", {{"", "a\nb\nc"}}},
      {"\xEF\xBB\xBF"
       "data: marked\n\n",
       {{"", "marked"}}},
      {"\xEF\xBB\xBF\n"
       "data: after an empty line\n\n",
       {{"", "after an empty line"}}},
      {": keepalive 1/2\n\ndata: a\n: comment\ndata: b\n\n", {{"", "a\nb"}}},
      {"event: lonely\n\ndata: a\n\n", {{"", "a"}}},
      {"data\n\n", {{"", ""}}},
      {"data:\ndata:\n\n", {{"", "\n"}}},
      {"data:  two blanks\n\n", {{"", " two blanks"}}},
      {"id: 7\nretry: 10\nunknown: x\ndata: a:b\n\n", {{"", "a:b"}}},
      {"data: Gr\xC3\xBC\xC3\x9F"
       "e \xF0\x9F\x8C\x8D\n\n",
       {{"",
         "Gr\xC3\xBC\xC3\x9F"
         "e \xF0\x9F\x8C\x8D"}}},
      {"data: a\n\ndata: [DONE]", {{"", "a"}, {"", "[DONE]"}}},
      {"data: a\n\ndata: [DONE]\n", {{"", "a"}, {"", "[DONE]"}}},
      {"data: a\r\n\r", {{"", "a"}}},
      {"", {}},
      {"\n\r\n\r", {}},
  };
  return all;
}

TEST(SseParser, ReadsTheGrammar) {
  for (const Case& c : cases()) EXPECT_EQ(parse({c.text}), c.events) << c.text;
}

TEST(SseParser, ReadsTheSameUnderEverySplit) {
  for (const Case& c : cases()) {
    for (std::size_t first = 0; first <= c.text.size(); ++first) {
      for (std::size_t second = first; second <= c.text.size(); ++second) {
        ASSERT_EQ(
            parse({c.text.substr(0, first), c.text.substr(first, second - first), c.text.substr(second)}),
            c.events)
            << c.text << " split at " << first << " and " << second;
      }
    }
  }
}

TEST(SseParser, ReadsTheSameByteByByte) {
  for (const Case& c : cases()) {
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < c.text.size(); ++at) bytes.push_back(c.text.substr(at, 1));
    EXPECT_EQ(parse(bytes), c.events) << c.text;
  }
}

TEST(SseParser, RefusesAnEventThatNeverEnds) {
  SseParser parser;
  const std::string megabyte(1024 * 1024, 'x');
  int events = 0;
  const auto count = [&](const SseEvent&) { ++events; };
  Status status = parser.feed("data: ", count);
  for (std::size_t sent = 0; status && sent <= limits::kSseEventBytesMax; sent += megabyte.size()) {
    status = parser.feed(megabyte, count);
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::too_large);
  EXPECT_EQ(status.error().source, ErrorSource::upstream);
  EXPECT_FALSE(parser.feed("\n\ndata: later\n\n", count));
  parser.finish(count);
  EXPECT_EQ(events, 0);
}

RC_GTEST_PROP(SseWriter, WhatIsWrittenIsRead, ()) {
  const auto letters =
      rc::gen::container<std::string>(rc::gen::element('a', ':', ' ', '\n', '\xC3', '\xBC', '0'));
  const auto name = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '_'));
  const auto data = *letters;
  std::string text;
  append_sse_event(text, name, data);
  append_sse_event(text, "next", "1");
  RC_ASSERT(parse({text}) == (Events{{name, data}, {"next", "1"}}));
}

}  // namespace
}  // namespace anyclaude
