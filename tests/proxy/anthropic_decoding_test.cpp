// What a verbatim stream says does not depend on how the network cuts it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/wire/sse.h"
#include "messages/events/message_assembler.h"

namespace anyclaude {
namespace {

using nlohmann::json;

// Events as Anthropic sends them, with blank lines of the kind given.
std::string stream_of(const std::vector<json>& events, const std::string& line_end = "\n") {
  std::string text;
  for (const json& event : events)
    text += "event: " + event["type"].get<std::string>() + line_end + "data: " + event.dump() + line_end +
            line_end;
  return text;
}

json start_event() {
  return json::parse(R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",
    "model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,
    "usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}})");
}

void add_block(std::vector<json>& events, int index, const char* block, const std::vector<json>& deltas) {
  events.push_back(
      {{"type", "content_block_start"}, {"index", index}, {"content_block", json::parse(block)}});
  for (const json& delta : deltas)
    events.push_back({{"type", "content_block_delta"}, {"index", index}, {"delta", delta}});
  events.push_back({{"type", "content_block_stop"}, {"index", index}});
}

// Thinking with its signature, text beyond ASCII with line ends in it, a tool call in odd pieces, pings.
std::vector<json> every_kind_of_block() {
  std::vector<json> events{start_event(), {{"type", "ping"}}};
  add_block(events, 0, R"({"type":"thinking","thinking":"","signature":""})",
            {{{"type", "thinking_delta"}, {"thinking", "Let me\n\nsee"}},
             {{"type", "signature_delta"}, {"signature", "EqQBCkYIBxgCKkA="}}});
  add_block(events, 1, R"({"type":"text","text":""})",
            {{{"type", "text_delta"},
              {"text",
               "Gr\xC3\xBC\xC3\x9F"
               "e \xF0\x9F\x8C\x8D"}},
             {{"type", "text_delta"}, {"text", "data: not an event\n\nevent: message_stop"}}});
  events.push_back({{"type", "ping"}});
  add_block(events, 2, R"({"type":"tool_use","id":"toolu_1","name":"Read","input":{}})",
            {{{"type", "input_json_delta"}, {"partial_json", ""}},
             {{"type", "input_json_delta"}, {"partial_json", "{\"file_path\":\"/a \\u00"}},
             {{"type", "input_json_delta"}, {"partial_json", "e9\",\"limit\":3}"}}});
  events.push_back({{"type", "message_delta"},
                    {"delta", {{"stop_reason", "tool_use"}, {"stop_sequence", nullptr}}},
                    {"usage", {{"output_tokens", 57}}}});
  events.push_back({{"type", "message_stop"}});
  return events;
}

std::vector<json> an_error_in_the_middle() {
  std::vector<json> events{start_event()};
  add_block(events, 0, R"({"type":"text","text":""})", {{{"type", "text_delta"}, {"text", "half"}}});
  events.push_back(
      json::parse(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"));
  return events;
}

std::vector<json> a_stream_without_its_end() {
  auto events = every_kind_of_block();
  events.resize(events.size() - 1);
  return events;
}

struct Stream {
  std::string text;
  MessageCompleteness completeness;
};

const std::vector<Stream>& streams() {
  static const std::vector<Stream> all{
      {stream_of(every_kind_of_block()), MessageCompleteness::complete},
      {stream_of(every_kind_of_block(), "\r\n"), MessageCompleteness::complete},
      {": a comment\n\n" + stream_of(every_kind_of_block(), "\r"), MessageCompleteness::complete},
      {stream_of(an_error_in_the_middle()), MessageCompleteness::failed},
      {stream_of(a_stream_without_its_end()), MessageCompleteness::incomplete},
  };
  return all;
}

struct Reading {
  SseParser parser;
  MessageAssembler assembler;
  void feed(std::string_view piece) {
    const auto on_event = [this](const SseEvent& event) { assembler.feed(event.name, event.data); };
    EXPECT_TRUE(parser.feed(piece, on_event));
  }
  void finish() {
    parser.finish([this](const SseEvent& event) { assembler.feed(event.name, event.data); });
  }
};

Reading read_pieces(const std::vector<std::string_view>& pieces) {
  Reading reading;
  for (const std::string_view piece : pieces) reading.feed(piece);
  reading.finish();
  return reading;
}

bool same(const Reading& left, const Reading& right) {
  return left.assembler.completeness() == right.assembler.completeness() &&
         left.assembler.message() == right.assembler.message() &&
         left.assembler.error_json() == right.assembler.error_json();
}

TEST(AnthropicDecoding, ReadsWhatWasSaid) {
  for (const Stream& stream : streams()) {
    const Reading reading = read_pieces({stream.text});
    EXPECT_EQ(reading.assembler.completeness(), stream.completeness) << stream.text;
    if (stream.completeness != MessageCompleteness::complete) continue;
    const json& content = reading.assembler.message()["content"];
    ASSERT_EQ(content.size(), 3u);
    EXPECT_EQ(content[0]["signature"], "EqQBCkYIBxgCKkA=");
    EXPECT_EQ(content[1]["text"],
              "Gr\xC3\xBC\xC3\x9F"
              "e \xF0\x9F\x8C\x8D"
              "data: not an event\n\nevent: message_stop");
    EXPECT_EQ(content[2]["input"], json({{"file_path", "/a \xC3\xA9"}, {"limit", 3}}));
    EXPECT_EQ(reading.assembler.message()["usage"]["output_tokens"], 57);
  }
}

TEST(AnthropicDecoding, ReadsTheSameUnderEverySplitInTwo) {
  for (const Stream& stream : streams()) {
    const std::string_view text = stream.text;
    const Reading whole = read_pieces({text});
    for (std::size_t at = 0; at <= text.size(); ++at)
      ASSERT_TRUE(same(read_pieces({text.substr(0, at), text.substr(at)}), whole))
          << "split at " << at << " of " << text;
  }
}

TEST(AnthropicDecoding, ReadsTheSameByteByByte) {
  for (const Stream& stream : streams()) {
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < stream.text.size(); ++at)
      bytes.push_back(std::string_view(stream.text).substr(at, 1));
    EXPECT_TRUE(same(read_pieces(bytes), read_pieces({stream.text}))) << stream.text;
  }
}

RC_GTEST_PROP(AnthropicDecoding, ReadsTheSameUnderAnySplit, ()) {
  const std::string text = streams()[static_cast<std::size_t>(*rc::gen::inRange(0, 5))].text;
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(1, 90));
    pieces.push_back(std::string_view(text).substr(at, length));
    at += length;
  }
  RC_ASSERT(same(read_pieces(pieces), read_pieces({text})));
}

// A stream that ends anywhere but at its end is never taken for a whole answer.
TEST(AnthropicDecoding, ACutAnywhereLeavesTheMessageIncomplete) {
  const std::string text = streams()[0].text;
  const std::size_t last_event = text.rfind("event: message_stop");
  const std::size_t last_data = text.find('}', last_event) + 1;
  for (std::size_t at = 0; at < last_data; ++at)
    ASSERT_NE(read_pieces({std::string_view(text).substr(0, at)}).assembler.completeness(),
              MessageCompleteness::complete)
        << "cut at " << at;
}

}  // namespace
}  // namespace anyclaude
