#include "canonical/canonical_request.h"

#include <gtest/gtest.h>

#include <string>

#include "messages/json/json_document.h"
#include "tests/canonical/request_fixtures.h"

namespace anyclaude {
namespace {

constexpr CanonicalOptions kVerbatim{Lane::verbatim, OrderingLevel::standard, "", ""};
constexpr CanonicalOptions kRewritten{Lane::rewritten, OrderingLevel::standard, "", ""};

// A whole request but for `members`.
std::string with(const std::string& members) {
  return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}])" +
         (members.empty() ? "" : "," + members) + "}";
}

// A whole request whose messages are these.
std::string with_messages(const std::string& messages) {
  return R"({"model":"m","max_tokens":9,"messages":[)" + messages + "]}";
}

std::string with_block(const std::string& block) {
  return with_messages(R"({"role":"user","content":[)" + block + "]}");
}

enum class Difference { none, some };

void expect(Difference difference, const CanonicalOptions& options, const std::string& left,
            const std::string& right) {
  EXPECT_EQ(canonical_bytes(left, options) == canonical_bytes(right, options), difference == Difference::none)
      << name_of(options.lane) << "\n"
      << left << "\n"
      << right;
}

void expect_in_both(Difference difference, const std::string& left, const std::string& right) {
  expect(difference, kVerbatim, left, right);
  expect(difference, kRewritten, left, right);
}

void expect_only_verbatim_differs(const std::string& left, const std::string& right) {
  expect(Difference::some, kVerbatim, left, right);
  expect(Difference::none, kRewritten, left, right);
}

Result<CanonicalRequest> canonical(const std::string& body, const CanonicalOptions& options = kRewritten) {
  const auto document = JsonDocument::parse(body);
  EXPECT_TRUE(document.has_value()) << body;
  return canonicalize(*document, options);
}

TEST(Canonical, LanesNeverShareBytes) {
  EXPECT_NE(canonical_bytes(with(""), kVerbatim), canonical_bytes(with(""), kRewritten));
}

TEST(Canonical, ContentWithTheNameOfPlumbingIsContent) {
  const auto tool = [](const std::string& property) {
    return with(R"("tools":[{"name":"t","input_schema":{"properties":{)" + property + "}}}]");
  };
  const auto call = [](const std::string& member) {
    return with_block(R"({"type":"tool_use","id":"1","name":"t","input":{)" + member + "}}");
  };
  for (const std::string name :
       {"metadata", "cache_control", "stream", "is_error", "safeguards", "signature"}) {
    expect_in_both(Difference::some, tool(""), tool("\"" + name + "\":{}"));
    expect_in_both(Difference::some, tool("\"" + name + "\":{\"type\":\"string\"}"),
                   tool("\"" + name + "\":{}"));
    expect_in_both(Difference::some, call(""), call("\"" + name + "\":false"));
  }
  expect_in_both(Difference::some, with(R"("output_config":{"format":{"schema":{"metadata":1}}})"),
                 with(R"("output_config":{"format":{"schema":{"metadata":2}}})"));
}

TEST(Canonical, TheAttributionBlockMakesNoDifference) {
  const std::string billing =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.197.c61; cc_entrypoint=cli;"})";
  const std::string other =
      R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.99.0af; cc_entrypoint=sdk-cli; )"
      R"(cch=0f3a1; cc_is_subagent=true;","cache_control":{}})";
  const std::string prompt = R"({"type":"text","text":"You are."})";
  const auto system = [](const std::string& blocks) { return with("\"system\":[" + blocks + "]"); };
  expect_in_both(Difference::none, system(billing + "," + prompt), system(other + "," + prompt));
  expect_in_both(Difference::none, system(billing + "," + prompt), with(R"("system":"You are.")"));
  expect_in_both(Difference::none, system(billing), with(""));
  expect_in_both(Difference::none,
                 with(R"("system":"x-anthropic-billing-header: cc_version=2.1.50; cc_entrypoint=cli;")"),
                 with(""));
  // What merely begins like it is for the model, and so is the line in a message.
  expect_in_both(Difference::some, with(R"("system":"x-anthropic-billing-header: v")"), with(""));
  expect_in_both(Difference::some, with(R"("system":"x-anthropic-billing-header: v\nYou are.")"),
                 with(R"("system":"x-anthropic-billing-header: v\nYou were.")"));
  expect_in_both(Difference::some, with_block(billing), with_block(other));
}

TEST(Canonical, BordersBetweenTextsCount) {
  expect_in_both(Difference::some, with_block(R"({"type":"text","text":"ab"},{"type":"text","text":"c"})"),
                 with_block(R"({"type":"text","text":"a"},{"type":"text","text":"bc"})"));
  expect_in_both(Difference::some, with(R"("system":"ab")"),
                 with(R"("system":[{"type":"text","text":"a"},{"type":"text","text":"b"}])"));
}

TEST(Canonical, AnErrorIsAnErrorOnlyWhenItIs) {
  const auto result = [](const std::string& member) {
    return with_block(R"({"type":"tool_result","tool_use_id":"1","content":"x")" + member + "}");
  };
  expect_in_both(Difference::none, result(""), result(R"(,"is_error":false)"));
  expect_in_both(Difference::some, result(""), result(R"(,"is_error":true)"));
}

TEST(Canonical, ToolIdsCountByWhatTheyConnect) {
  const auto flow = [](const std::string& a, const std::string& b, const std::string& first,
                       const std::string& second) {
    const auto call = [](const std::string& id) {
      return R"({"type":"tool_use","id":")" + id + R"(","name":"t","input":{}})";
    };
    const auto result = [](const std::string& id, const std::string& text) {
      return R"({"type":"tool_result","tool_use_id":")" + id + R"(","content":")" + text + R"("})";
    };
    return with_messages(R"({"role":"assistant","content":[)" + call(a) + "," + call(b) +
                         R"(]},{"role":"user","content":[)" + result(first, "1") + "," + result(second, "2") +
                         "]}");
  };
  expect_only_verbatim_differs(flow("a", "b", "a", "b"), flow("x", "y", "x", "y"));
  expect_only_verbatim_differs(flow("a", "b", "a", "b"), flow("b", "a", "b", "a"));
  expect_in_both(Difference::some, flow("a", "b", "a", "b"), flow("a", "b", "b", "a"));
  expect_in_both(Difference::some, flow("a", "b", "a", "b"), flow("a", "a", "a", "a"));
}

TEST(Canonical, TheOrderOfToolsCountsWhereItIsKept) {
  const std::string one = with(R"("tools":[{"name":"a"},{"name":"b"},{"name":"a"}])");
  const std::string two = with(R"("tools":[{"name":"a"},{"name":"a"},{"name":"b"}])");
  expect_only_verbatim_differs(one, two);
  expect(Difference::some, {Lane::rewritten, OrderingLevel::off, "", ""}, one, two);
  expect_in_both(Difference::some, two, with(R"("tools":[{"name":"a"},{"name":"b"}])"));
}

TEST(Canonical, WhatOnlyAnthropicReadsCountsOnlyThere) {
  for (const std::string member : {R"("safeguards":{"cwd":"/"})", R"("context_management":{"edits":[]})",
                                   R"("service_tier":"auto")", R"("inference_geo":"eu")", R"("brand_new":1)"})
    expect_only_verbatim_differs(with(""), with(member));
  expect_only_verbatim_differs(with(R"("thinking":{"type":"adaptive"})"),
                               with(R"("thinking":{"type":"adaptive","display":"omitted"})"));
  const auto thinking = [](const std::string& signature) {
    return with_block(R"({"type":"thinking","thinking":"hm","signature":")" + signature + "\"}");
  };
  expect_only_verbatim_differs(thinking("a"), thinking("b"));
  expect_only_verbatim_differs(
      with_messages(R"({"role":"system","content":"x"})"),
      with_messages(R"({"role":"system","content":"x","output_config":{"effort":"low"}})"));
}

TEST(Canonical, HeadersCountOnlyInTheVerbatimLane) {
  const std::string body = with("");
  EXPECT_NE(canonical_bytes(body, {Lane::verbatim, OrderingLevel::standard, "beta", ""}),
            canonical_bytes(body, {Lane::verbatim, OrderingLevel::standard, "", "beta"}));
  EXPECT_EQ(canonical_bytes(body, {Lane::rewritten, OrderingLevel::standard, "beta", "v"}),
            canonical_bytes(body, kRewritten));
}

TEST(Canonical, ALoneSurrogateCountsWhereItIsSent) {
  expect_only_verbatim_differs(with(R"("system":"\ud800")"), with(R"("system":"\udc00")"));
  expect_only_verbatim_differs(with(R"("system":"\ud800")"), with(R"("system":"\ufffd")"));
  expect_only_verbatim_differs(with(R"("system":"\ufffd\ud800")"), with(R"("system":"\ud800\ufffd")"));
  expect(Difference::none, kVerbatim, with(R"("system":"\ud800","stream":true)"),
         with(R"( "stream":true, "system": "\ud800")"));
}

TEST(Canonical, TheSpellingOfAWideNumberCounts) {
  const auto schema = [](const std::string& a, const std::string& b) {
    return with(R"("tools":[{"name":"t","input_schema":{"a":)" + a + ",\"b\":" + b + "}}]");
  };
  const std::string one = "18446744073709551616";
  const std::string two = "18446744073709551617";
  expect_in_both(Difference::some, schema(one, one), schema(two, one));
  expect_in_both(Difference::some, schema(one, two), schema(two, one));
  expect_in_both(Difference::some, schema("1e400", "1"), schema("1e401", "1"));
}

TEST(Canonical, FindsWhatMakesAnAnswerUnfitForTheStore) {
  const auto found = [](const std::string& body) { return canonical(body).value().findings; };
  EXPECT_TRUE(found(with(R"("tools":[{"type":"web_search_20250305","name":"w"}])")).server_tools);
  EXPECT_FALSE(found(with(R"("tools":[{"type":"custom","name":"w"},{"name":"x"}])")).server_tools);
  EXPECT_TRUE(found(with(R"("mcp_servers":[{"url":"u"}])")).mcp_servers);
  EXPECT_FALSE(found(with(R"("mcp_servers":[])")).mcp_servers);
  EXPECT_FALSE(found(with(R"("mcp_servers":null)")).mcp_servers);
  EXPECT_TRUE(found(with(R"("container":"c")")).container);
  EXPECT_FALSE(found(with(R"("container":null)")).container);
  EXPECT_TRUE(found(with_block(R"({"type":"image","source":{"type":"file","file_id":"f"}})")).file_reference);
  EXPECT_TRUE(found(with_block(R"({"type":"document","source":{"type":"url","url":"u"}})")).url_source);
  EXPECT_TRUE(found(with_block(R"({"type":"hologram"})")).unknown_block);
  EXPECT_FALSE(found(with_block(R"({"type":"text","text":"hologram"})")).unknown_block);
}

TEST(Canonical, FindsItInsideOfToolResultsAndDocumentsToo) {
  const auto in_result = [](const std::string& block) {
    return canonical(with_block(R"({"type":"tool_result","tool_use_id":"1","content":[)" + block + "]}"))
        .value()
        .findings;
  };
  EXPECT_TRUE(in_result(R"({"type":"image","source":{"type":"url","url":"u"}})").url_source);
  EXPECT_TRUE(in_result(R"({"type":"hologram"})").unknown_block);
  EXPECT_TRUE(in_result(R"({"type":"document","source":{"type":"content","content":[)"
                        R"({"type":"image","source":{"type":"file","file_id":"f"}}]}})")
                  .file_reference);
}

TEST(Canonical, ReadsTheModelTheDeliveryAndWhoAsks) {
  const auto request = canonical(with(R"("stream":true,"metadata":{"user_id":"{\"device_id\":\"d\",)"
                                      R"(\"account_uuid\":\"acc\",\"session_id\":\"ses\"}"})"));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->model, "m");
  EXPECT_EQ(request->delivery, Delivery::stream);
  EXPECT_EQ(request->session_id, "ses");
}

TEST(Canonical, ReadsTheOlderSpellingOfWhoAsks) {
  const auto who = [](const std::string& user_id) {
    const auto request = canonical(with(R"("metadata":{"user_id":)" + user_id + "}"));
    return request ? request->session_id : "refused";
  };
  EXPECT_EQ(who(R"("user_0a1b_account_12-34_session_56-78")"), "56-78");
  EXPECT_EQ(who(R"("user_0a1b_account__session_56-78")"), "56-78");
  EXPECT_EQ(who(R"("user_0a1b_session_56-78")"), "56-78");
  for (const auto* other : {"\"somebody\"", "\"\"", "\"{\"", "\"{}\"", "7", "null", "\"_session_x\""})
    EXPECT_EQ(who(other), "") << other;
  EXPECT_EQ(canonical(with(R"("metadata":[])")).value().session_id, "");
}

TEST(Canonical, RefusesFieldsOfATypeTheyCannotHave) {
  for (const std::string& body :
       {std::string("[]"), with(R"("system":7)"), with(R"("tools":{})"), with(R"("tools":[1])"),
        with(R"("stream":1)"), with_messages("1"), with_messages(R"({"role":"user","content":7})"),
        with_block("1"), with_block("{}"), with_block(R"({"type":7})"),
        with_block(R"({"type":"image","source":"x"})"), std::string(R"({"model":7,"messages":[]})"),
        std::string(R"({"messages":{}})")}) {
    for (const CanonicalOptions& options : {kVerbatim, kRewritten}) {
      const auto request = canonical(body, options);
      ASSERT_FALSE(request.has_value()) << body;
      EXPECT_EQ(request.error().kind, ErrorKind::invalid_request) << body;
    }
  }
}

TEST(Canonical, TakesRequestsAsDeepAndAsWideAsTheyMayBe) {
  std::string deep = "1";
  for (int i = 0; i < 120; ++i) deep = "{\"a\":" + deep + "}";
  EXPECT_FALSE(canonical_bytes(with_block(R"({"type":"hologram","a":)" + deep + "}"), kVerbatim).empty());
  std::string wide;
  for (int i = 0; i < 20'000; ++i)
    wide += (i == 0 ? "" : ",") + std::string(R"({"type":"tool_use","name":"t","input":{},"id":")") +
            std::to_string(i) + "\"}";
  EXPECT_FALSE(canonical_bytes(with_block(wide), kRewritten).empty());
}

TEST(OrderingLevel, NamesComeBack) {
  for (const auto level :
       {OrderingLevel::off, OrderingLevel::safe, OrderingLevel::standard, OrderingLevel::aggressive})
    EXPECT_EQ(choice_of<OrderingLevel>(word_of(level)), level);
  EXPECT_EQ(choice_of<OrderingLevel>("Standard"), std::nullopt);
}

}  // namespace
}  // namespace anyclaude
