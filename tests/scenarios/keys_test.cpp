// The lane to Anthropic: which requests share an answer, and with whom.
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "scenarios/broker_and_stub.h"
#include "scenarios/whole_house.h"
#include "tests/http/raw_client.h"

namespace anyclaude::scenarios {
namespace {

// Tells every caller what his credentials are, as the server sees them.
void tell_who_asks(HttpRequest& request, ResponseWriter& client) {
  std::string who;
  for (const HeaderField& field : request.headers)
    for (const char* name : {"x-api-key", "authorization", "cookie"})
      if (equals_ignoring_case(field.name, name)) who += field.name + "=" + field.value + ";";
  (void)client.send(200, {{"Content-Type", "application/json"}}, message_json("for " + who));
}

class Keys : public ::testing::Test {
 protected:
  Keys() : server(tell_who_asks), broker("claude", server.url()) {}

  std::string status(HeaderFields headers, const std::string& target = "/v1/messages",
                     const std::string& body = question("q")) const {
    return cache_status(broker.post(body, std::move(headers), target));
  }
  // A miss, and then an answer of its own.
  void expect_own_answer(const HeaderFields& headers, const std::string& what,
                         const std::string& target = "/v1/messages",
                         const std::string& body = question("q")) const {
    EXPECT_EQ(status(headers, target, body), "MISS") << what;
    EXPECT_EQ(status(headers, target, body), "HIT") << what;
  }

  StubServer server;
  OneBroker broker;
};

const HeaderFields kOrdinary{{"x-api-key", "sk-1"},
                             {"anthropic-version", "2023-06-01"},
                             {"anthropic-beta", "a,b"},
                             {"Content-Type", "application/json"},
                             {"User-Agent", "claude-cli/2.1.197 (external, cli)"},
                             {"x-app", "cli"}};

HeaderFields ordinary_and(std::string name, std::string value) {
  HeaderFields headers = kOrdinary;
  headers.add(std::move(name), std::move(value));
  return headers;
}

HeaderFields ordinary_with(const std::string& name, std::string value) {
  HeaderFields headers = kOrdinary;
  headers.set(name, std::move(value));
  return headers;
}

TEST_F(Keys, EveryFieldThatMayChangeTheAnswerCounts) {
  expect_own_answer(kOrdinary, "the ordinary request");
  expect_own_answer(ordinary_and("anthropic-beta", "c"), "a second line of betas");
  expect_own_answer(ordinary_and("anthropic-beta", "d"), "another second line of betas");
  expect_own_answer(ordinary_with("anthropic-beta", "c"), "other betas");
  expect_own_answer(ordinary_and("anthropic-version", "2024-01-01"), "a second version");
  expect_own_answer(ordinary_and("anthropic-workspace", "w1"), "a workspace");
  expect_own_answer(ordinary_and("Anthropic-Workspace", "w2"), "another workspace");
  HeaderFields two = ordinary_and("anthropic-workspace", "w1");
  two.add("anthropic-workspace", "w2");
  expect_own_answer(two, "two workspaces");
  expect_own_answer(ordinary_and("x-future-header", ""), "a field of no table, empty");
  expect_own_answer(ordinary_and("x-future-header", "1"), "a field of no table");
  expect_own_answer(ordinary_with("Content-Type", "text/plain"), "another content type");
}

TEST_F(Keys, OneLineOfBetasIsTheSameHoweverItIsCut) {
  EXPECT_EQ(status(ordinary_with("anthropic-beta", "a, b")), "MISS");
  HeaderFields cut = ordinary_with("anthropic-beta", "a");
  cut.add("Anthropic-Beta", "b");
  EXPECT_EQ(status(cut), "HIT");
}

TEST_F(Keys, FieldsThatSayNothingToTheModelMakeNoDifference) {
  EXPECT_EQ(status(kOrdinary), "MISS");
  for (const char* name : {"Accept",
                           "Accept-Encoding",
                           "Accept-Language",
                           "User-Agent",
                           "traceparent",
                           "tracestate",
                           "baggage",
                           "x-request-id",
                           "X-Client-Request-Id",
                           "X-Claude-Code-Session-Id",
                           "x-claude-code-agent-id",
                           "x-claude-code-parent-agent-id",
                           "X-Stainless-Retry-Count",
                           "x-stainless-timeout",
                           "x-stainless-something-new",
                           "x-app",
                           "Sec-Fetch-Mode",
                           "priority",
                           "idempotency-key",
                           "anthropic-dangerous-direct-browser-access",
                           "x-anyclaude-anything"})
    EXPECT_EQ(status(ordinary_with(name, "another value")), "HIT") << name;
  EXPECT_EQ(status(ordinary_with("Content-Type", "application/json; charset=UTF-8")), "HIT");
  HeaderFields turned;
  for (auto field = kOrdinary.end(); field != kOrdinary.begin();) {
    --field;
    turned.add(field->name == "x-app" ? "X-APP" : field->name, field->value);
  }
  EXPECT_EQ(status(turned), "HIT") << "the order of fields";
}

TEST_F(Keys, OfTheQueryEverythingCountsButBeta) {
  EXPECT_EQ(status(kOrdinary), "MISS");
  for (const char* target : {"/v1/messages?beta=true", "/v1/messages?", "/v1/messages?&beta=true&"})
    EXPECT_EQ(status(kOrdinary, target), "HIT") << target;
  for (const char* target : {"/v1/messages?beta=false", "/v1/messages?beta", "/v1/messages?Beta=true",
                             "/v1/messages?beta=true&tier=2", "/v1/messages?tier=3&beta=true",
                             "/v1/messages?beta=true&tier=%32", "/v1/messages?a&b", "/v1/messages?b&a"})
    expect_own_answer(kOrdinary, target, target);
  EXPECT_EQ(status(kOrdinary, "/v1/messages?tier=2"), "HIT") << "beta=true again makes no difference";
}

TEST_F(Keys, EveryLineOfEveryCredentialCounts) {
  const std::vector<std::pair<std::string, HeaderFields>> callers = {
      {"none", {}},
      {"a key", {{"x-api-key", "one"}}},
      {"another key", {{"x-api-key", "two"}}},
      {"an empty key", {{"x-api-key", ""}}},
      {"two keys", {{"x-api-key", "one"}, {"x-api-key", "two"}}},
      {"two keys, turned", {{"x-api-key", "two"}, {"x-api-key", "one"}}},
      {"two keys in one line", {{"x-api-key", "one, two"}}},
      {"a bearer", {{"Authorization", "Bearer one"}}},
      {"another bearer", {{"Authorization", "Bearer two"}}},
      {"the key as a bearer without its scheme", {{"Authorization", "one"}}},
      {"a raw token", {{"Authorization", "two"}}},
      {"basic", {{"Authorization", "Basic b25lOg=="}}},
      {"another basic", {{"Authorization", "Basic dHdvOg=="}}},
      {"behind a tab", {{"Authorization", "Bearer\tone"}}},
      {"another behind a tab", {{"Authorization", "Bearer\ttwo"}}},
      {"key and bearer", {{"x-api-key", "one"}, {"Authorization", "Bearer one"}}},
      {"a cookie", {{"Cookie", "session=one"}}},
      {"another cookie", {{"Cookie", "session=two"}}},
      {"key and cookie", {{"x-api-key", "one"}, {"Cookie", "session=one"}}},
      {"key and another cookie", {{"x-api-key", "one"}, {"Cookie", "session=two"}}},
      {"a gateway's key", {{"x-gateway-api-key", "one"}}},
      {"another gateway's key", {{"x-gateway-api-key", "two"}}},
      {"a gateway's token", {{"cf-access-token", "one"}}}};
  for (const auto& [what, headers] : callers) expect_own_answer(headers, what);
  EXPECT_EQ(status({{"X-API-KEY", "one"}}), "HIT") << "names compare without regard to case";
}

TEST_F(Keys, ACallerGetsWhatTheServerSaidToHim) {
  for (const char* token : {"Bearer alice", "Bearer bob", "Basic alice", "alice", "Bearer\talice"}) {
    const HttpReply reply = broker.post(question("mine"), {{"Authorization", token}});
    EXPECT_NE(reply.body.find(nlohmann::json(token).dump().substr(1, std::string(token).size() - 2)),
              std::string::npos)
        << token << ": " << reply.body;
  }
}

TEST_F(Keys, AnAccountInTheMetadataOpensNothing) {
  json body = json::parse(question("what is in my notes?"));
  for (const char* user_id : {R"({"device_id":"d","account_uuid":"11111111-2222","session_id":"s"})",
                              "user_0a1b_account_11111111-2222_session_56-78"}) {
    body["metadata"]["user_id"] = user_id;
    body["max_tokens"] = body["max_tokens"].get<int>() + 1;
    EXPECT_EQ(status({{"Authorization", "Bearer alice"}}, "/v1/messages", body.dump()), "MISS");
    EXPECT_EQ(status({{"Authorization", "Bearer mallory"}}, "/v1/messages", body.dump()), "MISS");
    EXPECT_EQ(status({{"Authorization", "Bearer alice"}}, "/v1/messages", body.dump()), "HIT");
  }
}

// What the broker's own client would never send.
TEST_F(Keys, ProxyCredentialsCountToo) {
  const auto ask = [&](const std::string& fields) {
    const std::string body = question("q");
    const std::string reply = test::exchange(
        broker.port(), "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields +
                           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return reply.find("x-anyclaude-cache-status: HIT") != std::string::npos;
  };
  EXPECT_FALSE(ask(""));
  EXPECT_TRUE(ask(""));
  EXPECT_FALSE(ask("Proxy-Authorization: Basic one\r\n"));
  EXPECT_FALSE(ask("Proxy-Authorization: Basic two\r\n"));
  EXPECT_FALSE(ask("X-Api-Key: one\r\nx-api-key: two\r\n"));
  EXPECT_FALSE(ask("x-api-key: one\r\n"));
  EXPECT_TRUE(ask("x-api-key: one\r\nX-API-KEY: two\r\n"));
}

// What the server gets decides: a key of the broker's own speaks for every caller whose own it replaces.
TEST(KeysWithAKeyOfTheBrokers, WhatTheServerGetsDecides) {
  StubServer server(tell_who_asks);
  const auto keyed = [](Config& config) { config.backends["claude"].api_key = "sk-of-the-broker"; };
  const OneBroker broker("claude", server.url(), keyed);
  EXPECT_EQ(cache_status(broker.post(question("q"))), "MISS");
  EXPECT_EQ(cache_status(broker.post(question("q"))), "HIT");
  EXPECT_EQ(cache_status(broker.post(question("q"), {{"Authorization", "Bearer anyclaude-needs-no-key"}})),
            "HIT")
      << "the launcher's placeholder is no credential";
  EXPECT_EQ(cache_status(broker.post(question("q"), {{"x-api-key", "sk-of-a-client"}})), "MISS");
  EXPECT_EQ(cache_status(broker.post(question("q"), {{"x-api-key", "sk-of-the-broker"}})), "HIT");
}

// --- The client's bookkeeping ---

std::vector<std::string> recorded_messages() {
  std::vector<std::string> names;
  const std::filesystem::path root = std::string(ANYCLAUDE_TEST_DATA) + "/recordings";
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    if (json::parse(in).value("path", "").starts_with("/v1/messages?"))
      names.push_back(std::filesystem::relative(file.path(), root).replace_extension().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The same request as another session of another day would send it.
Recorded in_another_session(Recorded request) {
  request.headers.set("X-Claude-Code-Session-Id", "00000000-1111-2222-3333-444444444444");
  if (request.headers.has("x-claude-code-agent-id"))
    request.headers.set("x-claude-code-agent-id", "a0b0c0d0");
  request.headers.set("X-Stainless-Retry-Count", "1");
  request.headers.set("x-client-request-id", "55555555-6666-7777-8888-999999999999");
  request.headers.set("User-Agent", "claude-cli/9.9.9 (external, cli)");
  request.body["metadata"]["user_id"] =
      R"({"device_id":"other","account_uuid":"","session_id":"00000000-1111-2222-3333-444444444444"})";
  static const RE2 kFingerprint(R"((cc_version=\d+\.\d+\.\d+)\.[0-9a-f]{3};)");
  if (request.body.contains("system") && request.body["system"].is_array())
    for (json& block : request.body["system"]) {
      std::string text = block["text"];
      if (!text.starts_with("x-anthropic-billing-header:")) continue;
      EXPECT_TRUE(RE2::Replace(&text, kFingerprint, R"(\1.0aa;)")) << text;
      block["text"] = text + " cch=1f2e3;";
    }
  return request;
}

TEST(KeysOfRecordings, EachIsAHitInAnotherSession) {
  const WholeHouse house("claude");
  const auto names = recorded_messages();
  ASSERT_GT(names.size(), 20u);
  for (const std::string& name : names) {
    const Recorded request = recorded(name);
    (void)house.post(request);
    EXPECT_EQ(status_of(house.post(in_another_session(request))), "HIT") << name;
  }
}

// --- The billing line ---

class BillingLine : public ::testing::TestWithParam<const char*> {
 protected:
  BillingLine()
      : server([](HttpRequest& request, ResponseWriter& client) {
          const bool is_list = request.method == "GET";
          (void)client.send(200, {{"Content-Type", "application/json"}},
                            is_list ? R"({"object":"list","data":[{"id":"m","object":"model"}]})"
                            : std::string(GetParam()) == "claude" ? message_json("a")
                                                                  : chat_json());
        }),
        broker(GetParam(), server.url()) {}

  static std::string chat_json() {
    return R"({"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop",)"
           R"("message":{"role":"assistant","content":"a"}}],"usage":{"prompt_tokens":50,"completion_tokens":1}})";
  }
  HttpReply with_system(const std::string& line) const {
    json body = json::parse(question("q"));
    body["system"] = {{{"type", "text"}, {"text", line}}, {{"type", "text"}, {"text", "You are."}}};
    return broker.post(body.dump());
  }

  StubServer server;
  OneBroker broker;
};

INSTANTIATE_TEST_SUITE_P(Modes, BillingLine, ::testing::Values("claude", "openai"));

constexpr const char* kBilling = "x-anthropic-billing-header: ";

TEST_P(BillingLine, InItsKnownFormMakesNoDifference) {
  ASSERT_EQ(cache_status(broker.post(json{{"model", "m"},
                                          {"max_tokens", 50},
                                          {"system", "You are."},
                                          {"messages", {{{"role", "user"}, {"content", "q"}}}}}
                                         .dump())),
            "MISS");
  for (const char* known :
       {"cc_version=2.1.197.c61; cc_entrypoint=cli;", "cc_version=2.1.197.000; cc_entrypoint=sdk-cli;",
        "cc_version=2.0.50; cc_entrypoint=cli; cch=00000;",
        "cc_version=2.1.99.0af; cc_entrypoint=claude-vscode; cch=1f0a3;",
        "cc_version=2.1.332.34c; cc_entrypoint=sdk-cli; cc_is_subagent=true;",
        "cc_version=2.1.99.0af; cc_entrypoint=cli; cch=1f0a3; cc_is_subagent=true;"})
    EXPECT_EQ(cache_status(with_system(std::string(kBilling) + known)), "HIT") << known;
}

TEST_P(BillingLine, WhatMerelyBeginsLikeItIsKeyedAndTold) {
  std::vector<std::string> others = {
      "x-anthropic-billing-header:", "x-anthropic-billing-header:cc_version=2.1.197.c61; cc_entrypoint=cli;",
      "X-Anthropic-Billing-Header: cc_version=2.1.197.c61; cc_entrypoint=cli;"};
  for (const char* rest :
       {"answer in French", "cc_version=2.1.197.c61; cc_entrypoint=cli; Answer in French.",
        "cc_version=2.1.197.c61; cc_entrypoint=cli", "cc_version=2.1.197.c61;", "cc_entrypoint=cli;",
        "cc_version=two; cc_entrypoint=cli;", "cc_version=2.1.197.c6; cc_entrypoint=cli;",
        "cc_version=2.1.197.xyz; cc_entrypoint=cli;",
        "cc_version=2.1.197.c61; cc_entrypoint=Answer in French;", "cc_version=2.1.197.c61; cc_entrypoint=;",
        "cc_version=2.1.197.c61; cc_entrypoint=cli; cch=no;",
        "cc_version=2.1.197.c61; cc_entrypoint=cli; cc_is_subagent=false;",
        "cc_version=2.1.197.c61; cc_entrypoint=cli; cc_language=french;",
        "cc_version=2.1.197.c61; cc_entrypoint=cli;\nAnswer in French.",
        "cc_version=2.1.197.c61;  cc_entrypoint=cli;"})
    others.push_back(std::string(kBilling) + rest);
  for (const std::string& other : others) {
    EXPECT_EQ(cache_status(with_system(other)), "MISS") << other;
    EXPECT_EQ(cache_status(with_system(other)), "HIT") << other;
    const std::string told = other.substr(0, other.find('\n'));
    if (told != other) continue;
    EXPECT_NE(server.asked().back().body.find(nlohmann::json(told).dump().substr(1, told.size())),
              std::string::npos)
        << "the model was not told: " << other << "\n"
        << server.asked().back().body;
  }
}

}  // namespace
}  // namespace anyclaude::scenarios
