// Requests and replies made to cost more than they should: eight times as large may cost eight times as much.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using nlohmann::json;

constexpr std::size_t kLarger = 8;
// Quadratic work costs 64 times as much. Between that and 8 times is room for a machine with other things to
// do.
constexpr double kCostlierMax = 28;
constexpr double kUnnoticedSeconds = 0.02;

json text_block(const std::string& text) {
  return {{"type", "text"}, {"text", text}};
}

json question(json content = "q") {
  return {{"model", "m"},
          {"max_tokens", 50},
          {"messages", {{{"role", "user"}, {"content", std::move(content)}}}}};
}

// `count` items, each made from its number.
template <typename Make>
json list_of(std::size_t count, Make make) {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(make(std::to_string(i)));
  return list;
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

void expect_answer(BrokerFixture& broker, const std::vector<std::string>& texts) {
  fakes::ScriptedExchange exchange;
  exchange.check = [](const UpstreamRequest& request) { EXPECT_LT(request.body.size(), 64u * 1024 * 1024); };
  exchange.signals = {UpstreamHead{200, fakes::event_stream()}};
  for (const std::string& piece : fakes::chat_stream(texts)) exchange.signals.push_back(UpstreamBytes{piece});
  exchange.signals.push_back(UpstreamDone{UpstreamEnd::complete});
  broker.backend.upstream.expect(std::move(exchange));
}

// How long the broker takes for the last of these requests.
double seconds_for(const std::vector<std::string>& bodies, const std::vector<std::string>& answer = {"a"}) {
  BrokerFixture broker("llama-cpp");
  double seconds = 0;
  for (const std::string& body : bodies) {
    expect_answer(broker, answer);
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(broker.post("/v1/messages", body).status, 200);
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }
  return seconds;
}

struct Kind {
  const char* name;
  std::size_t count;  // of the smaller one
  std::function<double(std::size_t count)> seconds;
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

json tool(const std::string& name, json schema = {{"type", "object"}}) {
  return {{"name", name}, {"description", "Tool " + name}, {"input_schema", std::move(schema)}};
}

json second_turn(json system, const std::string& more = "more") {
  json body = question();
  body["system"] = std::move(system);
  body["messages"].push_back({{"role", "assistant"}, {"content", "a"}});
  body["messages"].push_back({{"role", "user"}, {"content", more}});
  return body;
}

double seconds_of_answer(const std::string& text, std::size_t piece_bytes) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    std::string piece = json(text.substr(at, piece_bytes)).dump();
    pieces.push_back(piece.substr(1, piece.size() - 2));
  }
  json body = question();
  body["tools"] = {tool("t")};
  return seconds_for({body.dump()}, pieces);
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds{
      {"Tools", 500,
       [](std::size_t count) {
         json body = question();
         body["tools"] = list_of(count, [](const std::string& i) { return tool("tool_" + i); });
         return seconds_for({body.dump()});
       }},
      {"SystemBlocks", 2'000,
       [](std::size_t count) {
         json body = question();
         body["system"] = list_of(count, [](const std::string& i) { return text_block("block " + i); });
         return seconds_for({body.dump()});
       }},
      {"SystemBlocksThatAllChanged", 1'000,
       [](std::size_t count) {
         const auto turn = [count](const std::string& word) {
           return second_turn(list_of(count, [&](const std::string& i) { return text_block(word + i); }))
               .dump();
         };
         return seconds_for({turn("one "), turn("two ")});
       }},
      {"RemindersThatAllChanged", 1'000,
       [](std::size_t count) {
         const auto turn = [count](const std::string& word) {
           json body = second_turn("s");
           body["messages"][0]["content"] = list_of(count, [&](const std::string& i) {
             return text_block("<system-reminder>\n" + word + i + "\n</system-reminder>");
           });
           body["messages"][0]["content"].push_back(text_block("q"));
           return body.dump();
         };
         return seconds_for({turn("one "), turn("two ")});
       }},
      {"LinesOfOneLetter", 50'000,
       [](std::size_t count) {
         json body = question();
         body["system"] = repeated("a\n", count);
         return seconds_for({body.dump()});
       }},
      {"EmptyLinesAroundALearnedOne", 2'000,
       [](std::size_t count) {
         // A line that changed three times is learned; then the text is nothing but empty lines around it.
         std::vector<std::string> bodies;
         for (int i = 0; i < 5; ++i) {
           json body = question("conversation " + std::to_string(i));
           body["system"] = "above\n" + std::string(1, static_cast<char>('a' + i)) + "\nbelow";
           bodies.push_back(body.dump());
         }
         json body = question("last");
         body["system"] = "above" + repeated("\n", count) + "below";
         bodies.push_back(body.dump());
         return seconds_for(bodies);
       }},
      {"Messages", 2'000,
       [](std::size_t count) {
         json body = question();
         for (std::size_t i = 0; i < count; ++i) {
           body["messages"].push_back({{"role", "assistant"}, {"content", "a"}});
           body["messages"].push_back({{"role", "user"}, {"content", "q"}});
         }
         return seconds_for({body.dump()});
       }},
      {"ToolCallsAndResults", 2'000,
       [](std::size_t count) {
         json body = question();
         body["tools"] = {tool("t")};
         body["messages"].push_back(
             {{"role", "assistant"},
              {"content", list_of(count, [](const std::string& i) {
                 return json{{"type", "tool_use"}, {"id", i}, {"name", "t"}, {"input", {{"a", i}}}};
               })}});
         body["messages"].push_back(
             {{"role", "user"}, {"content", list_of(count, [](const std::string& i) {
                                   return json{{"type", "tool_result"}, {"tool_use_id", i}, {"content", "r"}};
                                 })}});
         return seconds_for({body.dump()});
       }},
      {"ReminderTagsInAResult", 20'000,
       [](std::size_t count) {
         json body = question(json::array({json{{"type", "tool_result"},
                                                {"tool_use_id", "t"},
                                                {"content", repeated("<system-reminder>", count)}}}));
         return seconds_for({body.dump()});
       }},
      {"StopSequences", 5'000,
       [](std::size_t count) {
         json body = question();
         body["stop_sequences"] = list_of(count, [](const std::string& i) { return json("stop " + i); });
         return seconds_for({body.dump()});
       }},
      {"MembersOfAToolsSchema", 2'000,
       [](std::size_t count) {
         json schema = {{"type", "object"}, {"properties", json::object()}};
         for (std::size_t i = 0; i < count; ++i)
           schema["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
         json body = question();
         body["tools"] = {tool("t", schema)};
         return seconds_for({body.dump()},
                            {R"(<tool_call>{\"name\":\"t\",\"arguments\":{\"p1\":\"x\"}}</tool_call>)"});
       }},
      {"LineBreaksInACallPieceByPiece", 3'000,
       [](std::size_t count) { return seconds_of_answer("<tool_call>" + repeated("\n", count * 10), 10); }},
      {"ParametersOfACallPieceByPiece", 300,
       [](std::size_t count) {
         return seconds_of_answer("<function=t>" + repeated("<parameter=a>1</parameter>", count), 10);
       }},
      {"CallsThatAreNone", 2'000,
       [](std::size_t count) { return seconds_of_answer(repeated("<tool_call>", count), 1'000); }},
  };
  return kKinds;
}

class BoundedWork : public ::testing::TestWithParam<Kind> {};

TEST_P(BoundedWork, GrowsInProportion) {
  const Kind& kind = GetParam();
  double smaller = 1e9;
  for (int i = 0; i < 3; ++i) smaller = std::min(smaller, kind.seconds(kind.count));
  double larger = 1e9;
  for (int i = 0; i < 3; ++i) {
    larger = std::min(larger, kind.seconds(kind.count * kLarger));
    if (larger < smaller * kCostlierMax + kUnnoticedSeconds) break;
  }
  EXPECT_LT(larger, smaller * kCostlierMax + kUnnoticedSeconds) << "the smaller one took " << smaller << " s";
}

INSTANTIATE_TEST_SUITE_P(Kinds, BoundedWork, ::testing::ValuesIn(kinds()),
                         [](const auto& info) { return std::string(info.param.name); });

// Each lone surrogate is remembered with its place, up to a number of them.
TEST(BoundedWork, LoneSurrogatesInOneStringTakeLittleMemory) {
  const auto peak_kilobytes = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return usage.ru_maxrss / 1024;
#else
    return usage.ru_maxrss;
#endif
  };
  std::string body = R"({"model":"m","max_tokens":50,"messages":[{"role":"user","content":")";
  body += repeated("\\ud800", 2'000'000) + "\"}]}";
  BrokerFixture broker("llama-cpp");
  const auto before = peak_kilobytes();
  EXPECT_EQ(broker.post("/v1/messages", std::move(body)).status, 400);
  // The body has 12 MB, and the parser's own memory is a few times as much.
  EXPECT_LT(peak_kilobytes() - before, 200 * 1024);
}

// A reference to a tool is told with the tool's definition: a short request must not become a huge prompt.
TEST(BoundedWork, ManyReferencesToOneLargeToolStaySmall) {
  json body = question();
  body["tools"] = {tool("large", {{"type", "object"}, {"description", std::string(1'000'000, 'x')}})};
  body["messages"][0]["content"] =
      json::array({json{{"type", "tool_result"},
                        {"tool_use_id", "t"},
                        {"content", list_of(1'000, [](const std::string&) {
                           return json{{"type", "tool_reference"}, {"tool_name", "large"}};
                         })}}});
  BrokerFixture broker("llama-cpp");
  fakes::ScriptedExchange exchange;
  exchange.check = [](const UpstreamRequest& request) { EXPECT_LT(request.body.size(), 8u * 1024 * 1024); };
  exchange.signals = {UpstreamHead{200, fakes::event_stream()}};
  for (const std::string& piece : fakes::chat_stream({"a"})) exchange.signals.push_back(UpstreamBytes{piece});
  exchange.signals.push_back(UpstreamDone{UpstreamEnd::complete});
  broker.backend.upstream.expect(std::move(exchange));
  EXPECT_EQ(broker.post("/v1/messages", body.dump()).status, 200);
}

// Branches that name the schema they stand in double the work with each level of 64.
TEST(BoundedWork, ASchemaThatRefersToItselfEnds) {
  json body = question();
  const json self = {{"$ref", "#"}};
  body["tools"] = {tool("t", {{"anyOf", {self, self}}}), tool("u", {{"allOf", {self, self}}})};
  for (const std::string name : {"t", "u"}) {
    BrokerFixture broker("llama-cpp");
    expect_answer(broker,
                  {R"(<tool_call>{\"name\":\")" + name + R"(\",\"arguments\":{\"a\":1}}</tool_call>)"});
    EXPECT_EQ(broker.post("/v1/messages", body.dump()).status, 200);
  }
}

// An answer of more calls than any client can use is refused before finding a call's place takes long.
TEST(BoundedWork, AnAnswerOfTooManyCallsIsAnError) {
  json body = question();
  body["tools"] = {tool("t")};
  body["stream"] = true;
  BrokerFixture broker("llama-cpp");
  fakes::ScriptedExchange exchange;
  exchange.signals = {UpstreamHead{200, fakes::event_stream()}};
  for (int i = 0; i < 5'000; ++i) {
    const json call = {
        {"index", i}, {"id", "c" + std::to_string(i)}, {"function", {{"name", "t"}, {"arguments", "{"}}}};
    exchange.signals.push_back(UpstreamBytes{
        "data: " + json{{"choices", {{{"index", 0}, {"delta", {{"tool_calls", {call}}}}}}}}.dump() + "\n\n"});
  }
  exchange.signals.push_back(
      UpstreamBytes{R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})"
                    "\n\n"});
  exchange.signals.push_back(UpstreamDone{UpstreamEnd::complete});
  broker.backend.upstream.expect(std::move(exchange));
  const auto reply = broker.post("/v1/messages", body.dump());
  EXPECT_NE(reply.body.find("more than 1024 tool calls"), std::string::npos) << reply.body.substr(0, 500);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

}  // namespace
}  // namespace anyclaude
