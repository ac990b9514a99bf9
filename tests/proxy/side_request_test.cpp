// A title is answered without the model only where that is configured and the client is known.
#include "fakes/reply_texts.h"
#include "proxy/broker_fixture.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::cache_status;

const char* const kTitleBody =
    R"({"model":"m","max_tokens":9,"tools":[],"messages":[{"role":"user","content":"fix the parser"}],)"
    R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":)"
    R"({"title":{"type":"string"}}}}}})";

TEST(SideRequests, ATitleIsAnsweredLocallyWhereConfigured) {
  BrokerFixture fixture("llama-cpp");
  fixture.parts.side_requests.handling = SideRequestHandling::local;
  const auto reply =
      fixture.post("/v1/messages", kTitleBody, {{"User-Agent", "claude-cli/2.1.197 (external, cli)"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(cache_status(reply), "BYPASS");
  const auto message = nlohmann::json::parse(reply.body);
  EXPECT_EQ(message["content"][0]["text"], R"({"title":"fix the parser"})");
  EXPECT_EQ(fixture.metrics()["requests"]["bypass_reasons"]["side_request_local"], 1);
}

TEST(SideRequests, WhatOnlyLooksLikeOneGoesToTheModel) {
  BrokerFixture fixture("llama-cpp");
  fixture.parts.side_requests.handling = SideRequestHandling::local;
  fixture.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"{}"}));
  (void)fixture.post("/v1/messages", kTitleBody, {{"User-Agent", "Anthropic/JS 0.94.0"}});
  EXPECT_FALSE(fixture.metrics()["requests"]["bypass_reasons"].contains("side_request_local"));
}

}  // namespace
}  // namespace anyclaude
