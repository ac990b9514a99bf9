// JSON reaches the server token for token as the client sent it, less white space and how strings are
// escaped: the same members in the same order, the same numbers.
#include <rapidcheck/gtest.h>

#include <set>

#include "broker_fixture.h"
#include "canonical/request_fixtures.h"
#include "fakes/reply_texts.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::Prompting;

constexpr OrderingLevel kLevels[] = {OrderingLevel::off, OrderingLevel::safe, OrderingLevel::standard,
                                     OrderingLevel::aggressive};
constexpr Prompting::Dialect kDialects[] = {Prompting::Dialect::chat, Prompting::Dialect::native};

// A JSON text without white space, its strings decoded and written anew.
std::string tokens(std::string_view json) {
  const std::string text = repaired_json_text(json);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '"') {
      if (!std::isspace(static_cast<unsigned char>(text[at]))) out += text[at];
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    for (; text[end] != '"'; ++end)
      if (text[end] == '\\') ++end;
    out += Json::parse(text.substr(at, end + 1 - at)).dump();
    at = end + 1;
  }
  return out;
}

template <std::size_t N>
std::string one_of(const char* const (&texts)[N], Random& random) {
  return texts[random.below(N)];
}

std::string any_object(Random& random, std::size_t depth);

std::string any_value(Random& random, std::size_t depth) {
  static constexpr const char* kNumbers[] = {"0",
                                             "-0",
                                             "1",
                                             "1.0",
                                             "1e3",
                                             "1E+03",
                                             "0.10",
                                             "2.5",
                                             "-7",
                                             "1e-7",
                                             "9.99",
                                             "123456789012345678",
                                             "12345678901234567890123",
                                             "18446744073709551616",
                                             "-1.50e-2"};
  static constexpr const char* kTexts[] = {
      R"("")",   R"("a\/b")",    R"("\u0041\ud83d\ude00")", R"("\ud800 lone")", R"("é")", R"("1.0 \" 2e3")",
      R"("\\")", R"("\u0000\n")"};
  static constexpr const char* kWords[] = {"true", "false", "null", "{}", "[]", "[ ]", "{ }"};
  switch (random.below(depth == 0 ? 3 : 5)) {
    case 0:
      return one_of(kNumbers, random);
    case 1:
      return one_of(kTexts, random);
    case 2:
      return one_of(kWords, random);
    case 3:
      return any_object(random, depth - 1);
    default: {
      std::string out = "[";
      for (std::size_t i = 1 + random.below(4); i > 0; --i)
        out += any_value(random, depth - 1) + (i > 1 ? ", " : "");
      return out + "]";
    }
  }
}

std::string any_object(Random& random, std::size_t depth) {
  static constexpr const char* kNames[] = {
      "z", "a", "file_path", "old_string", "new_string", "",   "__proto__", R"(\u0000)",     "é", "10",
      "9", "B", R"(\"q\")",  R"(\u0062b)", "type",       "id", "content",   "cache_control", "😀", "-1"};
  std::set<std::string> taken;
  std::string out = "{";
  for (std::size_t i = random.below(6); i > 0; --i) {
    const std::string name = one_of(kNames, random);
    if (!taken.insert(name).second) continue;
    if (out.size() > 1) out += " ,";
    out += '"' + name + "\":" + any_value(random, depth);
  }
  return out + "}";
}

std::string deep(std::size_t depth) {
  std::string out = "1.0";
  for (std::size_t i = 0; i < depth; ++i) out = R"({"b":)" + out + R"(,"a":2.50})";
  return out;
}

struct Sent {
  std::string schema, input, answer, unknown;
};

std::string request_text(const Sent& sent) {
  return R"({"model":"m","max_tokens":9,"tools":[{"name":"T","description":"d","input_schema":)" +
         sent.schema + R"(}],"output_config":{"format":{"type":"json_schema","schema":)" + sent.answer +
         R"(}},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use",)"
         R"("id":"t1","name":"T","input":)" +
         sent.input +
         R"(}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r"},)"
         R"({"type":"hologram","light":)" +
         sent.unknown + R"(}]}]})";
}

// What a server of the dialect gets.
std::string upstream_body(const std::string& body, OrderingLevel level, Prompting::Dialect dialect) {
  BrokerFixture broker("llama-cpp", {}, {}, {level, dialect});
  fakes::ScriptedExchange exchange;
  std::string seen;
  exchange.check = [&seen](const UpstreamRequest& request) { seen = request.body; };
  exchange.signals = {UpstreamHead{400, {{"Content-Type", "application/json"}}}, UpstreamBytes{"{}"},
                      UpstreamDone{UpstreamEnd::complete}};
  broker.backend.upstream.expect(exchange);
  (void)broker.post("/v1/messages", body, {{"Cache-Control", "no-store"}});
  broker.backend.upstream.expect_nothing_more();
  return seen;
}

std::string text_at(const std::string& body, std::initializer_list<JsonStep> path) {
  return std::string(json_at(body, path).value_or("nothing"));
}

// All the text that the model is told, decoded.
std::string all_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>() + '\n';
  std::string out;
  if (value.is_structured())
    for (const Json& item : value) out += all_text(item);
  return out;
}

void expect_the_same(const Sent& sent, OrderingLevel level, Prompting::Dialect dialect) {
  const std::string body = upstream_body(request_text(sent), level, dialect);
  RC_ASSERT(!body.empty());
  const bool is_chat = dialect == Prompting::Dialect::chat;
  std::size_t turn = 0;  // the assistant's
  while (turn < 9 && text_at(body, {"messages", turn, "role"}) != R"("assistant")") ++turn;
  const std::string schema = is_chat ? text_at(body, {"tools", 0u, "function", "parameters"})
                                     : text_at(body, {"tools", 0u, "input_schema"});
  if (tokens(sent.schema) != "{}") RC_ASSERT(tokens(schema) == tokens(sent.schema));
  const std::string input =
      is_chat ? Json::parse(text_at(body, {"messages", turn, "tool_calls", 0u, "function", "arguments"}))
                    .get<std::string>()
              : text_at(body, {"messages", turn, "content", 0u, "input"});
  RC_ASSERT(tokens(input) == tokens(sent.input));
  const std::string told = all_text(Json::parse(body)["messages"]);
  const std::string unknown = tokens(R"({"type":"hologram","light":)" + sent.unknown + "}");
  RC_ASSERT(told.find(unknown) != told.npos);
  if (is_chat)
    RC_ASSERT(tokens(text_at(body, {"response_format", "json_schema", "schema"})) == tokens(sent.answer));
  else
    RC_ASSERT(told.find(tokens(sent.answer)) != told.npos);
}

RC_GTEST_PROP(MemberOrder, SurvivesEveryLevelAndDialect, (std::uint64_t seed)) {
  Random random(seed);
  const Sent sent{any_object(random, 3), any_object(random, 3), any_object(random, 3), any_object(random, 3)};
  expect_the_same(sent, kLevels[random.below(4)], kDialects[random.below(2)]);
}

RC_GTEST_PROP(MemberOrder, SurvivesNesting, ()) {
  const std::size_t depth = *rc::gen::inRange<std::size_t>(1, 100);
  const std::string text = deep(depth);
  for (const auto dialect : kDialects)
    expect_the_same({text, text, text, text}, OrderingLevel::standard, dialect);
}

// What real clients send.
TEST(MemberOrder, EveryRecordedToolArrivesAsItWasSent) {
  std::set<std::string> tried;  // most requests of a session offer the same
  for (const NamedBody& recording : recorded_bodies()) {
    if (!recording.body.contains("tools") || !tried.insert(recording.body["tools"].dump()).second) continue;
    for (const OrderingLevel level : kLevels)
      for (const auto dialect : kDialects) {
        const Json got = Json::parse(upstream_body(recording.body.dump(), level, dialect));
        std::map<std::string, std::string> schemas;
        for (const Json& tool : got.value("tools", Json::array()))
          if (dialect == Prompting::Dialect::chat)
            schemas[tool["function"]["name"]] = tool["function"]["parameters"].dump();
          else
            schemas[tool["name"]] = tool["input_schema"].dump();
        for (const Json& tool : recording.body["tools"]) {
          if (tool.value("defer_loading", false) || tool.value("input_schema", Json::object()).empty())
            continue;
          EXPECT_EQ(schemas[tool["name"]], tool["input_schema"].dump())
              << recording.name << ' ' << tool["name"];
        }
      }
  }
}

}  // namespace
}  // namespace anyclaude
