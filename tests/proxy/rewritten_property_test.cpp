// What two requests that mean the same have in common: one key, and, asked of a broker that knows as much,
// one text for the server.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "broker_fixture.h"
#include "canonical/request_rewrites.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::cache_status;
using fakes::RecordingWriter;

// No server has cut a prompt of which it counted so much.
constexpr std::uint64_t kPromptTokens = 100'000;

struct Asked {
  int status;
  std::string cache_status;
  std::string upstream_bytes;  // empty when the broker refused
};

Asked ask(BrokerFixture& broker, const std::string& body, const HeaderFields& headers = {}) {
  fakes::ScriptedExchange exchange;
  std::string seen;
  exchange.check = [&seen](const UpstreamRequest& request) { seen = request.body; };
  exchange.signals = {UpstreamHead{200, fakes::event_stream()}};
  for (const std::string& piece : fakes::chat_stream({"an answer"}, "stop", kPromptTokens))
    exchange.signals.push_back(UpstreamBytes{piece});
  exchange.signals.push_back(UpstreamDone{UpstreamEnd::complete});
  broker.backend.upstream.expect(std::move(exchange));
  const RecordingWriter reply = broker.post("/v1/messages", body, headers);
  if (seen.empty()) broker.backend.upstream.expect_nothing_more();
  return {reply.status, cache_status(reply), seen};
}

// Tools that share a name are refused.
bool has_distinct_tools(const Json& request) {
  std::set<std::string> names;
  if (request.contains("tools"))
    for (const Json& tool : request["tools"])
      if (!names.insert(tool["name"].get<std::string>()).second) return false;
  return true;
}

Json any_request(Random& random) {
  const auto& recordings = recorded_bodies();
  return random.below(8) == 0 ? recordings[random.below(recordings.size())].body : random_request(random);
}

std::string with_the_same_meaning(Json body, Random& random, Respelling respelling) {
  rewrite_for_both_lanes(body, random);
  rewrite_for_rewritten_lane(body, random);
  return spelled_at_random(body, random, respelling);
}

RC_GTEST_PROP(RewrittenProperty, EqualMeaningIsAHitAndEqualBytesUpstream, (std::uint64_t seed)) {
  Random random(seed);
  const Json body = any_request(random);
  RC_PRE(has_distinct_tools(body));
  const std::string other = with_the_same_meaning(body, random, Respelling::anything);
  const HeaderFields session{{"X-Claude-Code-Session-Id", "one"}};
  BrokerFixture one("llama-cpp");
  const Asked first = ask(one, body.dump(), session);
  RC_CLASSIFY(first.cache_status == "MISS", "kept");
  // A broker that knows nothing sends the same where JSON is spelled alike.
  BrokerFixture another("llama-cpp");
  const Asked elsewhere = ask(another, with_the_same_meaning(body, random, Respelling::blanks_and_escapes));
  RC_ASSERT(first.status == elsewhere.status);
  RC_ASSERT(first.upstream_bytes == elsewhere.upstream_bytes);
  RC_ASSERT(first.cache_status == elsewhere.cache_status);
  if (first.status != 200 || first.cache_status != "MISS") return;
  const Asked again = ask(one, other, session);
  RC_ASSERT(again.cache_status == "HIT");
  RC_ASSERT(again.upstream_bytes.empty());
  // One that has said it keeps to what it said.
  HeaderFields anew_headers = session;
  anew_headers.add("Cache-Control", "no-cache");
  const Asked anew = ask(one, other, anew_headers);
  RC_ASSERT(anew.upstream_bytes == first.upstream_bytes);
}

// Every header a client may send, none of which may reach a server that is not Anthropic's.
RC_GTEST_PROP(RewrittenProperty, NothingOfTheClientsHeadersReachesTheServer, (std::uint64_t seed)) {
  Random random(seed);
  static const std::vector<std::string> kNames{"x-api-key",           "Authorization",
                                               "Proxy-Authorization", "Cookie",
                                               "User-Agent",          "X-Claude-Code-Session-Id",
                                               "anthropic-beta",      "X-Stainless-Lang",
                                               "Accept-Encoding",     "X-Forwarded-For"};
  HeaderFields headers;
  for (const std::string& name : kNames)
    if (random.coin()) headers.add(name, "hidden-" + random.word());
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"x"}));
  (void)broker.post("/v1/messages?hidden-query",
                    R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}],)"
                    R"("metadata":{"user_id":"hidden-id"},"safeguards":{"cwd":"hidden-directory"}})",
                    headers);
  RC_ASSERT(broker.backend.upstream.requests.size() == 1u);
  const UpstreamRequest& sent = broker.backend.upstream.requests[0];
  for (const HeaderField& field : sent.headers) RC_ASSERT(field.value.find("hidden") == std::string::npos);
  RC_ASSERT(sent.headers.get("Accept-Encoding") == "identity");
  RC_ASSERT(sent.target.find("hidden") == std::string::npos);
  RC_ASSERT(sent.body.find("hidden") == std::string::npos);
  RC_ASSERT(broker.log_text.str().find("hidden") == std::string::npos);
}

}  // namespace
}  // namespace anyclaude
